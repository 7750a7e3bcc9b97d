"""An answer is promised within one working day: it comes, or staff are reminded in time."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import AnswerDue, ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.promise import open_promise
from app.applications.service import Verdict, decide_application, provide_more
from app.events.due import record_due
from app.events.models import ScheduledEvent
from app.events.store import read_stream
from app.firm.calendar import current_calendar, next_deadline
from app.notifications.models import MailMessage
from app.review.queue.models import QueueRow
from tests.integration.conftest import DUE_NOW

ANSWERS: list[Verdict] = [
    MoreRequested(message="How many?"),
    ApplicationDeclined(message="We have no time."),
]
Handle = Callable[[], None]


@pytest.fixture
def application(submit: Callable[..., Application], handle_events: Handle) -> Application:
    application = submit()
    handle_events()
    return application


@pytest.fixture
def answer(session: Session, application: Application) -> Callable[[Verdict], None]:
    """Decide or ask, as a reviewer does; the resulting events are not handled yet."""

    def answer(verdict: Verdict) -> None:
        session.refresh(application)
        seen = application.version
        decide_application(session, application.id, verdict, seen_version=seen, actor="staff:1")
        session.commit()

    return answer


def reminders(session: Session) -> list[MailMessage]:
    return list(session.scalars(select(MailMessage).filter_by(template="answer_due")))


def test_an_answer_falls_due_at_the_end_of_the_firms_next_working_day(
    session: Session, application: Application
) -> None:
    [submitted, *_] = read_stream(session, f"application-{application.id}")
    [planned] = session.scalars(select(ScheduledEvent))
    assert planned.type == AnswerDue.type and planned.stream == submitted.stream
    assert planned.due_at == next_deadline(submitted.recorded_at, current_calendar())
    assert planned.meta["correlation_id"] == submitted.metadata.correlation_id


def test_staff_are_reminded_once_of_a_due_answer_and_not_before(
    session: Session, application: Application, handle_events: Handle, come_due: Handle
) -> None:
    record_due(session)
    handle_events()
    assert reminders(session) == []
    come_due()
    come_due()
    [mail] = reminders(session)
    assert mail.recipient == "staff@champlin.example"
    assert mail.subject == f"Answer due now: {application.company} ({application.reference})"
    assert f"/staff/applications/{application.id}" in mail.text


@pytest.mark.parametrize("verdict", ANSWERS)
def test_a_decision_or_a_question_counts_as_the_promised_answer(
    session: Session,
    answer: Callable[[Verdict], None],
    handle_events: Handle,
    come_due: Handle,
    verdict: Verdict,
) -> None:
    answer(verdict)
    handle_events()
    come_due()
    assert reminders(session) == []
    [planned] = session.scalars(select(ScheduledEvent))
    assert planned.cancelled_at


@pytest.mark.parametrize("verdict", ANSWERS)
def test_an_answer_given_but_not_yet_handled_at_the_deadline_brings_no_reminder(
    session: Session, answer: Callable[[Verdict], None], come_due: Handle, verdict: Verdict
) -> None:
    """The deadline comes before the decision's own event is handled."""
    answer(verdict)
    come_due()
    assert reminders(session) == []
    [planned] = session.scalars(select(ScheduledEvent))
    assert planned.recorded_position


def test_a_reminder_handled_late_is_dropped_if_the_application_was_answered_since(
    session: Session,
    application: Application,
    answer: Callable[[Verdict], None],
    handle_events: Handle,
) -> None:
    """Staff ask after the deadline, the prospect answers, and only then is the reminder handled."""
    session.execute(DUE_NOW, {"type": AnswerDue.type})
    session.commit()
    record_due(session)
    answer(ANSWERS[0])
    provide_more(session, application.id, "Two.")
    session.commit()
    handle_events()
    assert reminders(session) == []


def test_a_promise_that_was_kept_but_still_falls_due_does_not_make_the_next_one_late(
    session: Session, application: Application, answer: Callable[[Verdict], None], come_due: Handle
) -> None:
    """Our question and the prospect's answer are handled only after the first deadline."""
    answer(ANSWERS[0])
    provide_more(session, application.id, "Two.")
    session.commit()
    come_due()
    events = read_stream(session, f"application-{application.id}")
    assert [type(event.data) for event in events].count(AnswerDue) == 1
    promise = open_promise(session, events)
    assert promise and not promise.is_missed and reminders(session) == []
    row = session.get_one(QueueRow, application.id)
    assert row.late_since is None and row.answered_at == promise.given_at


def test_once_the_prospect_answers_our_question_our_answer_is_due_again(
    session: Session,
    application: Application,
    answer: Callable[[Verdict], None],
    handle_events: Handle,
    come_due: Handle,
) -> None:
    answer(ANSWERS[0])
    provide_more(session, application.id, "Two.")
    session.commit()
    handle_events()
    come_due()
    assert len(reminders(session)) == 1
