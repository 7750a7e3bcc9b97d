"""Who acts next and by when: one sentence in every state, and a word when we are late."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.applications.service import decide_application
from app.engagements.models import Engagement
from app.events.store import read_stream
from app.events.types import stream_of
from app.firm.calendar import WEEKDAYS, current_calendar, next_deadline
from app.messages.service import write_as_staff
from app.payments.deposits import owe_deposit, pay_deposit
from app.platform.database import utc_now
from app.portal.standing import AGREED, QUESTION
from app.portal.turn import WITHOUT_A_DATE
from app.web.deadline import deadline
from tests.integration.portal.conftest import Send

Handle = Callable[[], None]
DAY = timedelta(days=1)
FIXED = {
    "asked": "You act next, whenever it suits you",
    "declined": "Nobody has to act",
    "withdrawn": "Nobody has to act",
    "offered": "You act next, whenever it suits you",
    "agreed": "You act next: the work begins once the deposit has arrived",
}
LATE = "We act next, and we are late"
# No line breaks within a date, or between a time and its unit.
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture
def withdrawn(send: Send) -> None:
    assert send("withdraw").status_code == 303


@pytest.fixture
def agreed(offered: None, send: Send) -> None:
    assert send("agreement", name="Marguerite Okonkwo").status_code == 303


@pytest.fixture(autouse=True)
def no_holidays(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "calendar", replace(current_calendar(), holidays=()))


def promised(session: Session, application: Application) -> str:
    """The end of the firm's next working day after the prospect's last word."""
    events = read_stream(session, stream_of("application", application.id))
    spoken = [e for e in events if e.type in ("application.submitted", "application.more_provided")]
    return deadline(next_deadline(spoken[-1].recorded_at, current_calendar()))


def turn_on(page: str) -> str:
    """The sentence on the page, which must have exactly one."""
    (found,) = re.findall(r'id="turn">(.*?)</p>', page)
    return html.unescape(found)


def turns_in_both_languages(client: FlaskClient, path: str) -> list[str]:
    """Whose turn it is, in English and in German, with "~" for each no-break space."""
    pages = (client.get(path), client.get(path, query_string={"lang": "de"}))
    return [turn_on(page.text).replace(NO_BREAK, "~") for page in pages]


def promise_for(session: Session, due_at: str) -> None:
    session.execute(text("UPDATE scheduled_events SET due_at = :due_at"), {"due_at": due_at})
    session.commit()


def test_we_act_next_by_a_date_in_the_firms_calendar(
    client: FlaskClient,
    path: str,
    session: Session,
    application: Application,
    handle_events: Handle,
) -> None:
    due = promised(session, application)
    sentence = f"We act next: a person answers within one working day, by {due}."
    assert turn_on(client.get(path).text) == sentence
    handle_events()
    assert turn_on(client.get(path).text) == sentence


def test_the_page_keeps_to_what_was_promised_when_the_calendar_changes(
    client: FlaskClient, path: str, session: Session, handle_events: Handle
) -> None:
    handle_events()
    promise_for(session, "2031-03-04 15:16Z")
    english, german = turns_in_both_languages(client, path)
    assert "by Tuesday 4~March, 10:16 in New York (15:16~UTC)." in english
    assert "bis zum Dienstag, 4.~März, 10:16~Uhr in New York (15:16~UTC)." in german


def test_where_the_firms_day_ends_on_another_day_in_utc_that_day_is_named(
    app: Flask,
    client: FlaskClient,
    path: str,
    session: Session,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = replace(current_calendar(), timezone="America/Los_Angeles")
    monkeypatch.setitem(app.extensions, "calendar", there)
    handle_events()
    promise_for(session, "2031-03-05 01:00Z")
    english, german = turns_in_both_languages(client, path)
    assert "by Tuesday 4~March, 17:00 in Los Angeles (Wednesday,~01:00~UTC)." in english
    assert "bis zum Dienstag, 4.~März, 17:00~Uhr in Los Angeles (Mittwoch,~01:00~UTC)." in german


@pytest.mark.parametrize(
    ("timezone", "english", "german"),
    [
        ("Europe/Zurich", "in Zurich (", "Uhr in Zürich ("),
        ("Europe/Vienna", "in Vienna (", "Uhr in Wien ("),
        ("America/Argentina/Buenos_Aires", "in Buenos Aires (", "Uhr in Buenos Aires ("),
    ],
)
def test_the_city_of_the_firms_time_zone_is_named_in_the_pages_language(
    app: Flask,
    client: FlaskClient,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    timezone: str,
    english: str,
    german: str,
) -> None:
    there = replace(current_calendar(), timezone=timezone)
    monkeypatch.setitem(app.extensions, "calendar", there)
    assert english in turn_on(client.get(path).text)
    assert german in turn_on(client.get(path, query_string={"lang": "de"}).text)


def test_holidays_before_the_date_are_named(
    app: Flask, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = current_calendar()
    today = datetime.now(ZoneInfo(calendar.timezone)).date()
    every_day = replace(calendar, working_days=WEEKDAYS, holidays=(today + DAY, today + 2 * DAY))
    monkeypatch.setitem(app.extensions, "calendar", every_day)
    named = [f"{day.day}{NO_BREAK}{day:%B}" for day in every_day.holidays]
    assert turn_on(client.get(path).text).endswith(f" {' and '.join(named)} are holidays here.")
    german = turn_on(client.get(path, query_string={"lang": "de"}).text)
    assert german.endswith("sind bei uns Feiertage.") and "Uhr in New York" in german


@pytest.mark.parametrize("state", FIXED)
def test_every_other_state_says_whose_turn_it_is(
    client: FlaskClient, path: str, state: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(state)
    assert turn_on(client.get(path).text).startswith(FIXED[state])


def test_an_answer_to_our_question_gives_ours_a_new_deadline(
    client: FlaskClient,
    path: str,
    asked: str,
    send: Send,
    session: Session,
    application: Application,
) -> None:
    send("reply", message="Forty-one.")
    assert f"by {promised(session, application)}." in turn_on(client.get(path).text)


def test_a_confirmed_engagement_says_when_we_write_next_and_what_to_do_if_we_do_not(
    client: FlaskClient,
    path: str,
    agreed: None,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pay_deposit(session, owe_deposit(session, session.scalars(select(Engagement)).one()))
    session.commit()
    assert "we write to agree the first day." in turn_on(client.get(path).text)
    monkeypatch.setattr("app.portal.turn.utc_now", lambda: utc_now() + timedelta(days=365))
    assert "write to us below." in turn_on(client.get(path).text)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("application", "We act next: a person answers within one working day, by {}."),
        ("declined", "We act next. A person will answer your message by {}."),
        ("withdrawn", "We act next. A person will answer your message by {}."),
        ("offered", "We act next. A person will answer your message by {}."),
        ("asked", f"{WITHOUT_A_DATE[QUESTION]} A person will answer your message by {{}}."),
        ("agreed", f"{WITHOUT_A_DATE[AGREED]} A person will answer your message by {{}}."),
    ],
)
def test_while_a_message_awaits_a_reply_it_is_our_turn(
    client: FlaskClient,
    path: str,
    send: Send,
    session: Session,
    application: Application,
    request: pytest.FixtureRequest,
    state: str,
    sentence: str,
) -> None:
    request.getfixturevalue(state)
    before = turn_on(client.get(path).text)
    send("messages", text="When?", form_id="a")
    events = read_stream(session, stream_of("application", application.id))
    due = next_deadline(events[-1].recorded_at, current_calendar())
    assert turn_on(client.get(path).text) == sentence.format(deadline(due))
    write_as_staff(session, application.id, "Now.", form_id="a", actor="staff:ada")
    session.commit()
    assert turn_on(client.get(path).text) == before


def test_a_late_reply_is_called_late_until_it_is_given_and_stays_in_the_timeline(
    client: FlaskClient,
    path: str,
    declined: None,
    send: Send,
    session: Session,
    application: Application,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    send("messages", text="When?", form_id="a")
    handle_events()
    assert "Our reply is late" not in client.get(path).text
    come_due()
    page = client.get(path).text
    assert turn_on(page).startswith("We act next. We are late: our answer to your message")
    assert re.search(rf"by \d+{NO_BREAK}\w+{NO_BREAK}\d+, [\d:]+{NO_BREAK}UTC\.", turn_on(page))
    assert page.count("Our reply is late") == 1
    write_as_staff(session, application.id, "Now.", form_id="a", actor="staff:ada")
    session.commit()
    page = client.get(path).text
    assert turn_on(page).startswith("Nobody has to act") and "Our reply is late" in page


def test_a_reply_given_before_its_deadline_was_recorded_was_not_late(
    client: FlaskClient,
    path: str,
    declined: None,
    send: Send,
    session: Session,
    application: Application,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    send("messages", text="When?", form_id="a")
    handle_events()
    write_as_staff(session, application.id, "Now.", form_id="a", actor="staff:ada")
    session.commit()
    come_due()
    events = read_stream(session, stream_of("application", application.id))
    assert events[-1].type == "message.reply_due"
    assert "Our reply is late" not in client.get(path).text


def test_a_missed_promise_is_shown_in_the_timeline_and_in_the_sentence(
    client: FlaskClient, path: str, handle_events: Handle, come_due: Handle
) -> None:
    handle_events()
    assert "Our answer is late" not in client.get(path).text
    come_due()
    page = client.get(path).text
    assert turn_on(page).startswith(LATE)
    assert page.count("Our answer is late") == 1


def test_a_withdrawal_ends_a_missed_promise_but_the_timeline_keeps_it(
    client: FlaskClient, path: str, handle_events: Handle, come_due: Handle, send: Send
) -> None:
    handle_events()
    come_due()
    send("withdraw")
    page = client.get(path).text
    assert turn_on(page).startswith("Nobody has to act") and "Our answer is late" in page


def test_a_promise_that_fell_due_after_our_answer_was_not_missed(
    client: FlaskClient,
    path: str,
    session: Session,
    application: Application,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    """The promise falls due before the decision's own event is handled."""
    handle_events()
    session.refresh(application)
    verdict = ApplicationDeclined(message="")
    seen = application.version
    decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")
    session.commit()
    come_due()
    events = read_stream(session, stream_of("application", application.id))
    assert events[-1].type == "application.answer_due"
    assert "Our answer is late" not in client.get(path).text
    assert events[-1].recorded_at - events[0].recorded_at < timedelta(minutes=1)
