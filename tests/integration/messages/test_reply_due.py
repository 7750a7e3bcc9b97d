"""A reply is promised within one working day: it comes, or staff are reminded once."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.events import ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.service import decide_application, withdraw_application
from app.events.due import record_due
from app.events.models import ScheduledEvent
from app.firm.calendar import current_calendar, next_deadline
from app.messages.events import ReplyDue
from app.notifications.models import MailMessage
from tests.integration.messages.conftest import Read, Write

Handle = Callable[[], None]
Deed = Callable[[Session, Application], None]


def reply(session: Session, application: Application, verdict: object) -> None:
    assert isinstance(verdict, MoreRequested | ApplicationDeclined)
    decide_application(session, application.id, verdict, seen_version=1, actor="staff:ada")


DEEDS: dict[str, Deed] = {
    "a question": lambda own, one: reply(own, one, MoreRequested(message="How many?")),
    "a decision": lambda own, one: reply(own, one, ApplicationDeclined(message="")),
    "a withdrawal": lambda own, one: withdraw_application(own, one.id, ""),
    "an erasure": lambda own, one: erase_person(own, one.id, actor="prospect"),
}


@pytest.fixture
def come_due(come_due: Callable[[str], None]) -> Handle:
    """Make only the replies' deadlines due."""
    return partial(come_due, ReplyDue.type)


def reminders(session: Session) -> list[MailMessage]:
    return list(session.scalars(select(MailMessage).filter_by(template="reply_due")))


def planned(session: Session) -> list[ScheduledEvent]:
    session.rollback()
    return list(session.scalars(select(ScheduledEvent).filter_by(type=ReplyDue.type)))


def test_a_reply_falls_due_at_the_end_of_the_firms_next_working_day(
    session: Session, prospect_writes: Write, read: Read, handle_events: Handle
) -> None:
    prospect_writes("Hello?")
    foreseen = read().reply_due_at
    handle_events()
    [due] = planned(session)
    assert due.due_at == foreseen == read().reply_due_at
    assert due.due_at == next_deadline(read().entries[0].at, current_calendar())


def test_staff_are_reminded_once_of_a_due_reply_and_not_before(
    session: Session,
    application: Application,
    prospect_writes: Write,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    prospect_writes("Hello?")
    record_due(session)
    handle_events()
    assert reminders(session) == []
    come_due()
    come_due()
    [mail] = reminders(session)
    assert mail.recipient == "staff@champlin.example"
    assert mail.subject == f"Reply due now: {application.company} ({application.reference})"
    assert f"/staff/applications/{application.id}#conversation" in mail.text


def test_the_deadline_counts_from_the_first_of_several_messages(
    session: Session, prospect_writes: Write, read: Read, handle_events: Handle
) -> None:
    prospect_writes("Hello?")
    prospect_writes("Is anybody there?")
    handle_events()
    [due] = planned(session)
    assert due.due_at == next_deadline(read().entries[0].at, current_calendar())


def test_a_reply_keeps_the_promise_and_the_next_message_starts_another(
    session: Session,
    prospect_writes: Write,
    staff_write: Write,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    prospect_writes("Hello?")
    staff_write("Hello.")
    handle_events()
    come_due()
    assert reminders(session) == []
    prospect_writes("And when?")
    handle_events()
    come_due()
    assert len(reminders(session)) == 1


@pytest.mark.parametrize("deed", DEEDS)
def test_a_question_a_decision_a_withdrawal_and_an_erasure_end_the_wait(
    session: Session,
    application: Application,
    prospect_writes: Write,
    handle_events: Handle,
    come_due: Handle,
    deed: str,
) -> None:
    prospect_writes("Hello?")
    handle_events()
    DEEDS[deed](session, application)
    session.commit()
    handle_events()
    [due] = planned(session)
    assert due.cancelled_at
    come_due()
    assert reminders(session) == []


def test_a_reply_given_but_not_yet_handled_at_the_deadline_brings_no_reminder(
    session: Session,
    prospect_writes: Write,
    staff_write: Write,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    """The deadline comes before the reply's own event is handled."""
    prospect_writes("Hello?")
    handle_events()
    staff_write("Hello.")
    come_due()
    [due] = planned(session)
    assert due.recorded_position and reminders(session) == []


def test_a_promise_that_was_kept_but_still_falls_due_brings_no_reminder_of_the_next_message(
    session: Session,
    prospect_writes: Write,
    staff_write: Write,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    """Our reply and the next message are handled only after the first deadline."""
    prospect_writes("Hello?")
    handle_events()
    staff_write("Hello.")
    prospect_writes("And when?")
    come_due()
    first, second = planned(session)
    assert first.recorded_position and not second.recorded_position
    assert reminders(session) == []
