"""The prospect's own page: where the application stands, in words, and who may see it."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import case, event, text, update
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.events import ApplicationAccepted, MoreRequested, PageLinkReplaced
from app.applications.models import Application
from app.applications.questions.questionnaire import current_questionnaire
from app.applications.service import decide_application
from app.events.store import record
from app.events.types import stream_of
from app.platform.database import db

Handle = Callable[[], None]
TITLE = re.compile(r'timeline__title">(.*?)</p>')


def seen_in(page: str) -> str:
    """What the page would send with its next request for the changing part."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def test_the_page_shows_the_reference_the_promise_and_all_that_was_sent(
    client: FlaskClient, application: Application, path: str
) -> None:
    page = html.unescape(client.get(path).text)
    assert "<h1>We have your application.</h1>" in page
    assert f"<b>{application.reference}</b>" in page
    assert "within one working day" in page
    assert "It was recorded once" in page
    for question in current_questionnaire().asked(application.answers):
        assert question.label in page
    assert application.answers["problem"].strip() in page


def test_the_page_polls_until_the_application_is_with_a_reviewer(
    client: FlaskClient, path: str, handle_events: Handle
) -> None:
    page = client.get(path).text
    assert "We have your application." in page
    assert f'hx-get="{path}/progress?beside=message"' in page and "htmx" in page
    nothing_new = client.get(f"{path}/progress", query_string={"seen": seen_in(page)})
    assert (nothing_new.status_code, nothing_new.data) == (204, b"")
    handle_events()
    part = client.get(f"{path}/progress", query_string={"seen": seen_in(page)})
    assert part.status_code == 286
    assert "Your application is with a reviewer." in part.text and "<html" not in part.text
    settled = client.get(path).text
    assert "Your application is with a reviewer." in settled
    assert "/progress" not in settled


def test_the_step_that_the_page_announces_is_the_one_that_follows(
    client: FlaskClient, path: str, handle_events: Handle
) -> None:
    before = TITLE.findall(client.get(path).text)
    handle_events()
    after = TITLE.findall(client.get(path).text)
    assert before[-1] == after[-2] == "With a reviewer"
    assert len(set(after)) == len(after)


def test_a_poll_that_names_nothing_it_has_seen_gets_the_whole_part(
    client: FlaskClient, path: str
) -> None:
    for query in ("", "?seen=", "?seen=x", "?seen=99999999999999999999"):
        part = client.get(f"{path}/progress{query}")
        assert part.status_code == 200 and "We have your application." in part.text


def test_a_page_that_waits_for_the_proposal_is_reloaded_when_it_comes(
    client: FlaskClient, path: str, offered: None, session: Session, handle_events: Handle
) -> None:
    session.execute(text("UPDATE engagements SET status = 'proposed'"))
    session.commit()
    assert "The proposal, with its price and terms, is being put" in client.get(path).text
    session.execute(text("UPDATE engagements SET status = 'offered'"))
    session.commit()
    part = client.get(f"{path}/progress?seen=4")
    assert (part.status_code, part.headers["HX-Refresh"]) == (286, "true")


def test_a_page_that_may_hold_an_unsent_message_is_told_of_the_proposal_but_not_reloaded(
    client: FlaskClient, path: str, application: Application, request: pytest.FixtureRequest
) -> None:
    (asks,) = re.findall(r'hx-get="([^"]+/progress[^"]*)"', client.get(path).text)
    request.getfixturevalue("offered")
    part = client.get(html.unescape(asks))
    assert part.status_code == 286 and "HX-Refresh" not in part.headers
    assert f'<a href="{path}">Reload the page</a> to see it, but copy what you have' in part.text


@pytest.fixture
def taken_on(session: Session, application: Application, handle_events: Callable[[], None]) -> None:
    """Accepted, but no worker has made the offer yet."""
    handle_events()
    verdict = ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000)
    decide_application(session, application.id, verdict, seen_version=1, actor="staff:ada")
    session.commit()


@pytest.mark.parametrize(
    ("state", "language", "says"),
    [
        ("application", "en", "Your application is with a reviewer."),
        ("taken_on", "en", "We act next: our proposal is late."),
        ("taken_on", "de", "Unser Vorschlag ist verspätet."),
    ],
)
def test_what_has_not_come_within_minutes_is_no_longer_said_to_take_seconds(
    client: FlaskClient,
    path: str,
    session: Session,
    request: pytest.FixtureRequest,
    state: str,
    language: str,
    says: str,
) -> None:
    request.getfixturevalue(state)
    address = f"{path}?lang={language}"
    assert re.search("within seconds|takes seconds|Sekunden hier", client.get(address).text)
    earlier = Application.submitted_at - timedelta(minutes=3)
    decided = case((Application.decided_at.is_not(None), earlier))
    session.execute(update(Application).values(submitted_at=earlier, decided_at=decided))
    session.commit()
    page = client.get(address).text
    assert says in page and "takes seconds" not in page and "wenigen Sekunden" not in page
    assert 'id="look-again"' not in page and 'name="text"' in page


def test_a_declined_prospect_is_told_so_and_nothing_else_is_offered(
    client: FlaskClient, path: str, declined: None
) -> None:
    page = client.get(path).text
    assert "We have read your application and will not take it on." in page
    assert "Our answer is under Messages below, and in an email to you. Thank you for" in page
    assert "/agreement" not in page and "/withdraw" not in page


def test_the_timeline_names_who_answered(
    client: FlaskClient, path: str, session: Session, application: Application, ada: Staff
) -> None:
    question = MoreRequested(message="How many queues?")
    decide_application(session, application.id, question, seen_version=1, actor=ada.actor)
    session.commit()
    page = client.get(path).text
    [line] = re.findall(r"A question for you</p>.*?timeline__by\">(.*?)</p>", page, re.DOTALL)
    assert line.startswith("<bdi>Ada Lovelace</bdi>, <time")
    [line] = re.findall(r"Received</p>.*?timeline__by\">(.*?)</p>", page, re.DOTALL)
    assert line.startswith("<time")


@pytest.mark.parametrize(("query", "folded"), [("", "3 earlier"), ("?lang=de", "3 frühere")])
def test_of_a_long_timeline_only_the_latest_ten_are_open(
    client: FlaskClient,
    path: str,
    session: Session,
    application: Application,
    query: str,
    folded: str,
) -> None:
    stream = stream_of("application", application.id)
    for _ in range(12):
        record(session, stream, PageLinkReplaced(), actor="staff:ada")
    session.commit()
    page = client.get(f"{path}{query}").text
    assert page.count("timeline__by") == 13 and f"<summary>{folded}" in page


@pytest.mark.parametrize("state", ["asked", "offered", "declined"])
def test_no_score_is_shown_in_any_state(
    client: FlaskClient, path: str, state: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(state)
    assert "of 100" not in client.get(path).text


def test_the_page_reads_each_of_the_two_streams_once(
    client: FlaskClient, path: str, offered: None
) -> None:
    statements: list[str] = []
    listen = (db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    event.listen(*listen)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(*listen)
    assert sum("FROM events" in statement for statement in statements) == 2


def test_neither_caches_nor_other_sites_nor_search_engines_learn_of_the_page(
    client: FlaskClient, path: str
) -> None:
    for address in (path, f"{path}/progress", "/applications/nothing"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in client.get(path).text


@pytest.mark.parametrize("action", ["", "/progress"])
@pytest.mark.parametrize("token", ["nothing", "%00", "a%00b", "%ED%A0%80", "💥", "a" * 5000])
def test_an_unknown_address_is_answered_exactly_like_none(
    client: FlaskClient, application: Application, token: str, action: str
) -> None:
    none = client.get("/applications/")
    answer = client.get(f"/applications/{token}{action}")
    assert answer.status_code == none.status_code == 404
    assert answer.data == none.data


@pytest.mark.parametrize("action", ["reply", "agreement"])
def test_an_unknown_address_takes_no_post(client: FlaskClient, action: str) -> None:
    assert client.post(f"/applications/nothing/{action}", data={}).status_code == 404


@pytest.mark.parametrize("action", ["reply", "agreement"])
def test_opening_an_address_that_a_form_posts_to_leads_to_the_page(
    client: FlaskClient, path: str, action: str
) -> None:
    assert client.get(f"{path}/{action}").location == path
