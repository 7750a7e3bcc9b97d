"""The thread: questions, answers and decisions in order, and what awaits a reply."""

import pytest
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.service import (
    Verdict,
    decide_application,
    provide_more,
    withdraw_application,
)
from tests.integration.messages.conftest import Read, Write

VERDICTS: list[Verdict] = [
    MoreRequested(message="How many?"),
    ApplicationDeclined(message=""),
    ApplicationAccepted(message="", kind="sprint", total_cents=1_000_000),
]


def decide(session: Session, application: Application, verdict: Verdict) -> None:
    session.refresh(application)
    seen = application.version
    decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")
    session.commit()


def test_questions_answers_and_decisions_appear_in_order(
    session: Session,
    application: Application,
    prospect_writes: Write,
    staff_write: Write,
    read: Read,
) -> None:
    prospect_writes("Hello.")
    decide(session, application, MoreRequested(message="How many?"))
    provide_more(session, application.id, "Two.")
    staff_write("Thank you.")
    decide(session, application, ApplicationDeclined(message="Two are too few."))
    assert [(entry.who, entry.about, entry.text) for entry in read().entries] == [
        ("You", "", "Hello."),
        ("Ada Lovelace", "Question", "How many?"),
        ("You", "Answer", "Two."),
        ("Ada Lovelace", "", "Thank you."),
        ("Ada Lovelace", "Decision", "Two are too few."),
    ]


def test_a_withdrawal_without_a_message_adds_no_entry(
    session: Session, application: Application, read: Read
) -> None:
    withdraw_application(session, application.id, "")
    session.commit()
    assert list(read().entries) == []


def test_a_reply_is_awaited_since_the_first_of_several_messages(
    prospect_writes: Write, staff_write: Write, read: Read
) -> None:
    assert read().unanswered_since is None
    prospect_writes("Hello?")
    prospect_writes("Is anybody there?")
    assert read().unanswered_since == read().entries[0].at
    staff_write("Yes.")
    assert read().unanswered_since is None
    prospect_writes("Good.")
    assert read().unanswered_since == read().entries[3].at


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_question_or_a_decision_counts_as_a_reply(
    session: Session,
    application: Application,
    prospect_writes: Write,
    read: Read,
    verdict: Verdict,
) -> None:
    prospect_writes("Hello?")
    decide(session, application, verdict)
    assert read().unanswered_since is None


def test_after_a_withdrawal_no_reply_is_awaited_until_the_prospect_writes_again(
    session: Session, application: Application, prospect_writes: Write, read: Read
) -> None:
    prospect_writes("Hello?")
    withdraw_application(session, application.id, "")
    session.commit()
    assert read().unanswered_since is None
    prospect_writes("That was a mistake.")
    assert read().unanswered_since
