"""Deciding: the form, the preview, the mail, and two reviewers at once."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import ApplicationAccepted
from app.applications.models import Application
from app.applications.service import provide_more
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage
from tests.form_page import token_in
from tests.integration.review.conftest import confirm

HIDDEN = re.compile(r'type="hidden" name="(\w+)"[^>]*? value="([^"]*)"')
Decide = Callable[..., TestResponse]
Submit = Callable[..., Application]
Handle = Callable[[], None]


def decisions(session: Session, application: Application) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("application", application.id))
    return [e.type for e in events if e.type in {"application.accepted", "application.declined"}]


@pytest.mark.parametrize(
    ("fields", "template"),
    [
        ({"verdict": "accept", "kind": "build"}, "accepted"),
        ({"verdict": "accept", "kind": "sprint", "price": "$12,500.50"}, "accepted"),
        (
            {"verdict": "ask", "message": "How many\nqueues?\n\nAnd <b>which</b> & why?"},
            "more_requested",
        ),
        ({"verdict": "decline", "message": "We have no time until March."}, "declined"),
        ({"verdict": "decline"}, "declined"),
    ],
)
def test_the_preview_is_the_mail_that_goes_out(
    desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    fields: dict[str, str],
    template: str,
) -> None:
    preview = decide(desk, proposed, **fields)
    assert preview.status_code == 200
    assert decisions(session, proposed) == []
    assert "Nothing is sent or decided" in preview.text and "<dt>Decision</dt>" in preview.text
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", preview.text, re.DOTALL)
    assert shown
    assert decide_and_send(desk, proposed, **fields).status_code == 303
    handle_events()
    mail = session.scalars(select(MailMessage).where(MailMessage.template == template)).one()
    assert html.unescape(shown[1]).strip() == mail.text.strip()
    assert html.escape(mail.subject, quote=False) in preview.text
    assert mail.recipient == proposed.email and mail.recipient in preview.text
    assert "\n-- \nAda Lovelace\nChamplin Enterprises\n" in mail.text
    assert "<bdi>Ada Lovelace</bdi> · Champlin Enterprises · " in mail.html


def test_the_preview_for_a_german_prospect_shows_the_german_mail_on_an_english_page(
    desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    proposed.language = "de"
    session.commit()
    fields = {"verdict": "accept", "kind": "fractional", "message": "Wir freuen uns.\n\nAda"}
    preview = decide(desk, proposed, **fields).text
    assert '<html lang="en">' in preview and "Send this email?" in preview
    shown = re.search(r'<pre class="letter" lang="de">(.*?)</pre>', preview, re.DOTALL)
    assert shown and "\nGuten Tag Marguerite Okonkwo," in shown[1] and "im Monat" in shown[1]
    assert decide_and_send(desk, proposed, **fields).status_code == 303
    handle_events()
    mail = session.scalars(select(MailMessage).filter_by(template="accepted")).one()
    assert html.unescape(shown[1]).strip() == mail.text.strip()


def test_the_hidden_fields_of_the_preview_send_what_was_previewed(
    desk: FlaskClient, proposed: Application, decide: Decide, session: Session
) -> None:
    message = 'A "quote", <markup> and\na new line'
    preview = decide(desk, proposed, verdict="accept", kind="build", message=message)
    hidden = {name: html.unescape(value) for name, value in re.findall(HIDDEN, preview.text)}
    sent = {**hidden, "csrf_token": token_in(preview.text), "confirmed": confirm(preview)}
    answer = desk.post(f"/staff/applications/{proposed.id}/decision", data=sent)
    assert answer.status_code == 303
    last = read_stream(session, stream_of("application", proposed.id))[-1]
    assert isinstance(last.data, ApplicationAccepted)
    assert last.data.message == message


def test_change_it_returns_to_the_form_with_everything_kept(
    desk: FlaskClient, proposed: Application, decide: Decide, session: Session
) -> None:
    fields = {"verdict": "accept", "kind": "build", "price": "70,000", "message": "Dear all"}
    page = decide(desk, proposed, **fields, change="yes").text
    assert 'value="70,000"' in page and "Dear all" in page
    assert re.search(r'<input checked[^>]*value="build"', page)
    assert decisions(session, proposed) == []


def test_accepting_without_changes_offers_what_was_proposed(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    engagement = engagement_of(session, proposed.id)
    assert engagement
    before = engagement.total_cents
    decide_and_send(desk, proposed, verdict="accept", kind=engagement.kind)
    handle_events()
    session.refresh(engagement)
    assert (engagement.status, engagement.total_cents) == ("offered", before)


def test_a_different_kind_and_price_are_offered_to_the_cent(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,345.67")
    handle_events()
    engagement = engagement_of(session, proposed.id)
    assert engagement
    assert (engagement.kind, engagement.total_cents) == ("sprint", 1_234_567)
    assert sum(line.amount_cents for line in engagement.priced.lines) == 1_234_567


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose what to do."),
        ({"verdict": "burn"}, "Choose what to do."),
        ({"verdict": "accept", "kind": "yacht"}, "Choose the kind of engagement."),
        ({"verdict": "accept", "kind": "sprint", "price": "9,999.99"}, "costs at least $10,000."),
        ({"verdict": "accept", "kind": "sprint", "price": "12.500"}, "like 12,500"),
        ({"verdict": "accept", "kind": "sprint", "price": "20,000,000"}, "at most $10,000,000"),
        ({"verdict": "ask"}, "Write what you would like to know."),
        ({"verdict": "ask", "message": " \n "}, "Write what you would like to know."),
        ({"verdict": "ask", "message": "\u200b\u2060"}, "Write what you would like to know."),
        ({"verdict": "decline", "message": "a" * 4001}, "at most 4,000 characters"),
        ({"verdict": "decline", "message": "a\x00b"}, "can’t be stored"),
        ({"verdict": "decline", "version": "0"}, "Reload the page"),
        ({"verdict": "decline", "version": "x"}, "Reload the page"),
        ({"verdict": "decline", "version": "99999999999999999999"}, "Reload the page"),
    ],
)
def test_an_invalid_decision_is_explained_and_nothing_is_decided(
    desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    session: Session,
    fields: dict[str, str],
    sentence: str,
) -> None:
    answer = decide(desk, proposed, **fields, confirmed="yes")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert decisions(session, proposed) == []


def test_an_expired_token_keeps_the_text(desk: FlaskClient, proposed: Application) -> None:
    data = {"verdict": "decline", "message": "My long text", "version": "1", "csrf_token": "old"}
    answer = desk.post(f"/staff/applications/{proposed.id}/decision", data=data)
    assert answer.status_code == 400
    assert "My long text" in answer.text and "open for too long" in answer.text


def test_a_post_without_any_fields_shows_the_page_again(
    desk: FlaskClient, proposed: Application
) -> None:
    answer = desk.post(f"/staff/applications/{proposed.id}/decision")
    assert answer.status_code == 400 and "open for too long" in answer.text


def test_the_second_reviewer_sees_who_decided_first_and_keeps_their_text(
    desk: FlaskClient,
    other_desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    session: Session,
) -> None:
    assert decide_and_send(other_desk, proposed, verdict="decline").status_code == 303
    late = decide(
        desk, proposed, verdict="accept", kind="build", message="My long text", confirmed="yes"
    )
    assert late.status_code == 409
    assert "Declined" in late.text and "Grace Hopper" in late.text
    assert "My long text" in late.text
    assert decisions(session, proposed) == ["application.declined"]


@pytest.mark.parametrize("button", [{"change": "yes"}, {"csrf_token": "expired"}])
def test_a_form_shown_again_for_another_reason_also_shows_who_decided_first(
    desk: FlaskClient,
    other_desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    button: dict[str, str],
) -> None:
    decide_and_send(other_desk, proposed, verdict="decline", message="Not this year.")
    page = decide(desk, proposed, verdict="accept", message="My own letter.", **button).text
    assert "Somebody got there first" in page and "What you wrote" in page
    assert "My own letter." in page


def test_a_form_without_a_valid_version_also_shows_who_decided_first(
    desk: FlaskClient, proposed: Application, decide: Decide, decide_and_send: Decide
) -> None:
    decide_and_send(desk, proposed, verdict="decline")
    page = decide(desk, proposed, verdict="accept", message="My own letter.", version="abc")
    assert page.status_code == 422
    assert "Somebody got there first" in page.text and "My own letter." in page.text


def test_previewing_a_decision_on_an_outdated_version_is_also_a_conflict(
    desk: FlaskClient,
    proposed: Application,
    decide: Decide,
    decide_and_send: Decide,
    session: Session,
) -> None:
    decide_and_send(desk, proposed, verdict="ask", message="How many?")
    provide_more(session, proposed.id, "Forty-one.")
    session.commit()
    late = decide(desk, proposed, verdict="decline", message="My long text", version="2")
    assert late.status_code == 409
    assert "Answered the question" in late.text and "My long text" in late.text
    assert 'name="version" type="hidden" value="3"' in late.text


def test_page_and_queue_say_that_a_question_was_answered_until_staff_act_on_it(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    session: Session,
    handle_events: Handle,
) -> None:
    def told() -> list[bool]:
        pages = (f"/staff/applications/{proposed.id}", "/staff/?status=all")
        return ["Question answered" in desk.get(page).text for page in pages]

    decide_and_send(desk, proposed, verdict="ask", message="How many?")
    assert told() == [False, False]
    provide_more(session, proposed.id, "Forty-one.")
    session.commit()
    handle_events()
    assert told() == [True, True]
    session.refresh(proposed)
    decide_and_send(desk, proposed, verdict="decline")
    assert told() == [False, False]


def test_page_and_queue_say_when_a_question_was_asked_until_it_is_answered(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    session: Session,
    handle_events: Handle,
) -> None:
    def told() -> list[bool]:
        events = read_stream(session, stream_of("application", proposed.id))
        asked = [one.recorded_at for one in events if one.type == "application.more_requested"][-1]
        when = f'<time datetime="{asked.isoformat()}"'
        page = desk.get(f"/staff/applications/{proposed.id}").text
        bearings = page.partition('class="bearings"')[2].partition("</div>")[0]
        return [when in bearings, f"Since {when}" in desk.get("/staff/?status=all").text]

    for question, answer in (("How many?", "Forty-one."), ("Of which size?", "All small.")):
        decide_and_send(desk, proposed, verdict="ask", message=question)
        assert told() == [True, True]
        provide_more(session, proposed.id, answer)
        session.commit()
        handle_events()
        assert told() == [False, False]
        session.refresh(proposed)


def test_a_double_click_on_send_decides_once_and_is_not_a_conflict(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    decide: Decide,
    session: Session,
) -> None:
    fields = {"verdict": "decline", "message": "Sorry", "version": "1"}
    assert decide_and_send(desk, proposed, **fields).status_code == 303
    assert decide(desk, proposed, **fields, confirmed="the same").status_code == 303
    assert decisions(session, proposed) == ["application.declined"]


def test_a_mail_that_has_changed_since_the_preview_is_previewed_again(
    desk: FlaskClient, proposed: Application, decide: Decide, session: Session
) -> None:
    answer = decide(desk, proposed, verdict="decline", confirmed="another mail")
    assert answer.status_code == 200
    assert "will not take it on" in answer.text
    assert decisions(session, proposed) == []


def test_a_decision_on_a_version_that_never_existed_is_refused(
    desk: FlaskClient, proposed: Application, decide: Decide, session: Session
) -> None:
    answer = decide(desk, proposed, verdict="decline", version="7")
    assert answer.status_code == 409
    assert "has changed since" in answer.text
    assert decisions(session, proposed) == []
