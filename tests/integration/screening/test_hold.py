"""What puts a submission on hold, and what each side sees of it."""

import html
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg import Cursor
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.notifications.models import MailMessage
from app.scoring.models import ScoreRecord
from tests.integration.applications.prospect import Prospect
from tests.integration.screening.conftest import Apply, fresh, mails_of, types_of

Handle = Callable[[], None]
TEXT = "Our nightly batch stops and nobody knows why. " * 5


def test_an_application_with_the_honeypot_filled_is_held_and_keeps_every_answer(
    held: Application, session: Session
) -> None:
    assert (held.status, held.version, held.signals) == ("held", 2, {"trap_filled": ""})
    assert held.company and held.answers["problem"]
    assert types_of(session, held) == ["application.submitted", "application.held"]


def test_a_form_sent_too_fast_is_held(change_settings: Callable[..., None], apply: Apply) -> None:
    change_settings(HOLD_BELOW_SECONDS=15)
    assert apply(age="5 seconds").signals == {"too_fast": ""}
    assert apply(age="16 seconds").status == "submitted"


def test_one_application_too_many_from_an_email_in_any_case_is_held(
    change_settings: Callable[..., None], apply: Apply
) -> None:
    change_settings(HOLD_ABOVE_PER_EMAIL=2)
    first, second = apply(email="ada@client.example"), apply(email="ADA@client.example")
    third, other = apply(email="Ada@Client.Example"), apply(email="bob@client.example")
    assert [one.status for one in (first, second, third, other)] == [
        "submitted",
        "submitted",
        "held",
        "submitted",
    ]
    assert "many_by_email" in third.signals


def test_one_application_too_many_from_an_ip_address_is_held(
    change_settings: Callable[..., None], apply: Apply
) -> None:
    change_settings(HOLD_ABOVE_PER_ADDRESS=1)
    assert apply(email="ada@client.example").status == "submitted"
    assert "many_from_address" in apply(email="bob@other.example").signals


def test_a_throwaway_address_is_held_only_with_a_text_already_sent(apply: Apply) -> None:
    assert apply(email="a@mailinator.com", problem="Something of our own. " * 9).signals == {}
    before = apply(email="ada@client.example", problem=TEXT)
    assert before.signals == {}
    again = apply(email="b@mailinator.com", company="Elsewhere", problem=TEXT)
    assert again.signals == {"disposable_address": "", "same_text": before.reference}


def test_a_text_sent_long_ago_does_not_count(apply: Apply, session: Session) -> None:
    before = apply(problem=TEXT)
    before.submitted_at -= timedelta(days=365)
    session.commit()
    assert apply(email="b@mailinator.com", problem=TEXT).signals == {}


def test_the_sender_of_a_held_application_sees_what_everybody_sees(
    held: Application, apply: Apply, client: FlaskClient, session: Session, handle_events: Handle
) -> None:
    usual = apply()
    handle_events()
    pages = []
    for application in (fresh(session, held), fresh(session, usual)):
        page = client.get(f"/applications/{application.access_token}").text
        for own in (application.reference, application.access_token):
            page = page.replace(own, "…")
        pages.append(html.unescape(page))
    for sentence in ("with a reviewer", "answers within one working day", "Withdraw the appl"):
        assert all(sentence in page for page in pages), sentence
    for word in ("held", "spam", "screen"):
        assert word not in pages[0].lower().replace("visually-hidden", "").replace("on-screen", "")


def test_a_held_application_is_not_scored_and_only_staff_get_a_mail(
    held: Application, session: Session, handle_events: Handle
) -> None:
    handle_events()
    assert session.scalar(select(ScoreRecord.total)) is None
    assert types_of(session, held) == ["application.submitted", "application.held"]
    assert mails_of(session) == ["held"]


def test_the_mail_to_staff_says_why_it_is_held(
    held: Application, session: Session, handle_events: Handle
) -> None:
    handle_events()
    mail = session.scalars(select(MailMessage)).one()
    assert mail.recipient == "staff@champlin.example"
    assert mail.subject == f"Held for review: {held.company} ({held.reference})"
    assert "no person can see" in mail.text
    assert f"/staff/applications/{held.id}" in mail.text
    assert held.email not in mail.text and held.name not in mail.text


def test_screening_an_honest_submission_costs_one_read_and_one_write(
    change_settings: Callable[..., None], prospect: Prospect, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_settings(HOLD_ABOVE_PER_EMAIL=5, HOLD_ABOVE_PER_ADDRESS=20)
    prospect.fill_in()
    page = prospect.see("review")
    token = prospect.client.get("/apply")
    assert token.status_code == 200
    here, statements = threading.current_thread(), list[str]()
    execute = Cursor.execute

    def note(cursor: Cursor, statement: str, *rest: Any, **options: Any) -> Cursor:
        if threading.current_thread() is here:  # others, such as the leases', ask at their own time
            statements.append(statement)
        return execute(cursor, statement, *rest, **options)

    with monkeypatch.context() as watched:  # below SQLAlchemy, which a submission bypasses
        watched.setattr(Cursor, "execute", note)
        assert prospect.send(seen=page).status_code == 303
    # The helper's own request to /apply reads the draft; the rest is the submission.
    ours = [one for one in statements if "person_keys" in one or "INSERT INTO" in one]
    assert len(ours) == 2
    others = [one for one in statements if one not in ours]
    assert len(others) <= 1, "\n\n".join(others)


@pytest.mark.parametrize("of", ["all", "held"])
def test_a_second_click_on_send_is_the_same_application(
    prospect: Prospect, session: Session, of: str
) -> None:
    prospect.fill_in()
    page, trap = prospect.see("review"), {"subject": "x"} if of == "held" else {}
    first, second = prospect.send(seen=page, **trap), prospect.send(seen=page, **trap)
    assert first.location == second.location
    assert len(session.scalars(select(Application)).all()) == 1
