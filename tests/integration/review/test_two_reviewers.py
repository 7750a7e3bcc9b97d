"""Promise 11: if two reviewers decide at the same moment, only one decision is made."""

from collections.abc import Callable
from threading import Barrier
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, ApplicationDeclined
from app.applications.models import Application
from app.applications.service import AlreadyDecided, Verdict, decide_application
from app.events.models import StoredEvent
from app.events.store import record
from app.events.types import stream_of
from app.notifications.models import MailMessage
from app.platform.database import utc_now
from tests.integration.racing import race

ROUNDS = 25
VERDICTS: tuple[Verdict, ...] = (
    ApplicationAccepted(message="", kind="sprint", total_cents=1_000_000),
    ApplicationDeclined(message=""),
)
DECIDED = ("application.accepted", "application.declined")


def test_an_accept_racing_a_decline_makes_one_decision_one_event_and_one_mail(
    app: Flask,
    submit: Callable[[], Application],
    handle_events: Callable[[], None],
    session: Session,
) -> None:
    def decide(own: Session, application_id: UUID, verdict: Verdict) -> None:
        decide_application(own, application_id, verdict, seen_version=1, actor="staff:1")

    ids = [submit().id for _ in range(ROUNDS)]
    won, lost = race(app, ids, VERDICTS, decide)

    assert sorted(lost) == sorted(ids)
    events = session.scalars(select(StoredEvent).where(StoredEvent.type.in_(DECIDED))).all()
    assert sorted((UUID(e.stream[12:]), e.type) for e in events) == sorted(won)
    rows = session.execute(select(Application.id, Application.status, Application.version)).all()
    assert sorted((i, f"application.{status}") for i, status, _ in rows) == sorted(won)
    assert {version for _, _, version in rows} == {2}
    handle_events()
    mails = select(MailMessage.application_id, func.count()).where(
        MailMessage.template.in_(("accepted", "declined"))
    )
    counts = session.execute(mails.group_by(MailMessage.application_id)).all()
    assert sorted(tuple(row) for row in counts) == sorted((i, 1) for i in ids)


def test_without_the_guard_both_would_decide(app: Flask, submit: Callable[[], Application]) -> None:
    """The control: reading first and writing afterwards lets both decisions through."""
    both_have_read = Barrier(2, timeout=30)

    def decide(own: Session, application_id: UUID, verdict: Verdict) -> None:
        application = own.get_one(Application, application_id, populate_existing=True)
        if not application.is_open:
            raise AlreadyDecided
        both_have_read.wait()
        is_accepted = isinstance(verdict, ApplicationAccepted)
        application.status = "accepted" if is_accepted else "declined"
        application.decided_at = utc_now()
        record(
            own,
            stream_of("application", application_id),
            verdict,
            actor="staff:1",
            person=application.draft_id,
        )

    ids = [submit().id for _ in range(5)]
    won, lost = race(app, ids, VERDICTS, decide)
    assert (len(won), lost) == (10, [])
