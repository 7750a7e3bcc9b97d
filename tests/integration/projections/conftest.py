"""Applications that go through the real services, and the tables compared with the log."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, func, update
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.models import Application
from app.applications.service import (
    OfferVerdict,
    Verdict,
    decide_application,
    provide_more,
    withdraw_application,
)
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.events.due import record_due
from app.events.models import ScheduledEvent
from app.events.projections.projection import Projection, current_projections
from app.events.types import stream_of
from app.messages.service import note_as_staff, write_as_prospect, write_as_staff
from app.payments.deposits import Transfer
from app.payments.service import record_bank_payment
from app.platform.database import db
from app.review.service import change_offer
from app.review.taking import put_back, take
from local.postgres import Postgres
from tests.demo_applications import APPLICATIONS
from tests.submitted import submit_answers

Differences = Callable[[], list[str]]


class NothingProposed(Exception):
    """The application has no engagement so far."""


class Office:
    """Everything that prospects and staff do, each deed in its own transaction."""

    def __init__(self, session: Session, staff: Staff, handle_events: Callable[[], None]) -> None:
        self.session = session
        self.staff_id = staff.id
        self.handle = handle_events
        self._numbers = itertools.count()
        self._answers = itertools.cycle(APPLICATIONS)

    def submit(self) -> UUID:
        application = submit_answers(self.session, next(self._answers))
        self.session.commit()
        return application.id

    def ask(self, application_id: UUID) -> None:
        self._decide(application_id, MoreRequested(message="How many?"))

    def answer(self, application_id: UUID) -> None:
        provide_more(self.session, application_id, "Forty-one.")
        self.session.commit()

    def write(self, application_id: UUID) -> None:
        form_id = str(next(self._numbers))
        write_as_prospect(self.session, application_id, "Hello?", form_id=form_id)
        self.session.commit()

    def write_back(self, application_id: UUID) -> None:
        actor, form_id = f"staff:{self.staff_id}", str(next(self._numbers))
        write_as_staff(self.session, application_id, "Hello.", form_id=form_id, actor=actor)
        self.session.commit()

    def note(self, application_id: UUID) -> None:
        actor, form_id = f"staff:{self.staff_id}", str(next(self._numbers))
        note_as_staff(self.session, application_id, "A friend.", form_id=form_id, actor=actor)
        self.session.commit()

    def take(self, application_id: UUID) -> None:
        take(self.session, application_id, seen="", actor=f"staff:{self.staff_id}")
        self.session.commit()

    def put_back(self, application_id: UUID) -> None:
        put_back(self.session, application_id, actor=f"staff:{self.staff_id}")
        self.session.commit()

    def withdraw(self, application_id: UUID) -> None:
        withdraw_application(self.session, application_id, "We have found somebody.")
        self.session.commit()

    def fall_due(self, application_id: UUID) -> None:
        """Make the answer promised to this prospect fall due."""
        stream = stream_of("application", application_id)
        self.session.execute(
            update(ScheduledEvent).filter_by(stream=stream).values(due_at=func.now())
        )
        self.session.commit()
        record_due(self.session)

    def accept(self, application_id: UUID, kind: str = "sprint", cents: int = 1_250_050) -> None:
        verdict = ApplicationAccepted(message="", kind=kind, total_cents=cents)
        self._decide(application_id, verdict)

    def accept_dearly(self, application_id: UUID) -> None:
        self.accept(application_id, "build", 9_900_000)

    def decline(self, application_id: UUID) -> None:
        self._decide(application_id, ApplicationDeclined(message="Sorry"))

    def change_offer(self, application_id: UUID) -> None:
        changed = OfferChanged(message="", kind="sprint", total_cents=1_100_000, currency="usd")
        self._change(application_id, changed)

    def take_back(self, application_id: UUID) -> None:
        self._change(application_id, OfferTakenBack(message="Sorry"))

    def agree(self, application_id: UUID) -> None:
        engagement = self.engagement(application_id)
        accept_terms(self.session, engagement, name="Ada Marsh", seen_version=engagement.version)
        self.session.commit()

    def pay(self, application_id: UUID) -> None:
        transfer = Transfer(self.staff_id, date(2026, 11, 24), None)
        record_bank_payment(self.session, self.engagement(application_id), transfer)
        self.session.commit()

    def erase(self, application_id: UUID) -> None:
        erase_person(self.session, application_id, actor="operator:root")
        self.session.commit()

    def engagement(self, application_id: UUID) -> Engagement:
        engagement = engagement_of(self.session, application_id)
        if engagement is None:
            raise NothingProposed
        return engagement

    def _decide(self, application_id: UUID, verdict: Verdict) -> None:
        seen, actor = self._version(application_id), f"staff:{self.staff_id}"
        decide_application(self.session, application_id, verdict, seen_version=seen, actor=actor)
        self.session.commit()

    def _change(self, application_id: UUID, verdict: OfferVerdict) -> None:
        seen = {"seen_version": self._version(application_id), "seen_entries": 1_000}
        actor = f"staff:{self.staff_id}"
        change_offer(self.session, application_id, verdict, **seen, actor=actor)
        self.session.commit()

    def _version(self, application_id: UUID) -> int:
        return self.session.get_one(Application, application_id, populate_existing=True).version


@pytest.fixture
def office(session: Session, ada: Staff, handle_events: Callable[[], None]) -> Office:
    return Office(session, ada, handle_events)


@pytest.fixture
def finished(office: Office) -> UUID:
    """An application that went through a question, acceptance, agreement and payment."""
    application_id = office.submit()
    office.handle()
    office.ask(application_id)
    office.answer(application_id)
    office.accept(application_id)
    office.handle()
    office.agree(application_id)
    office.pay(application_id)
    office.handle()
    return application_id


@pytest.fixture
def verify(session: Session) -> Differences:
    """Return what `flask events verify` would print."""
    return lambda: _each(session, lambda projection: projection.verify(db.engine))


@pytest.fixture
def rebuild(session: Session, owner: Engine) -> Differences:
    """Return what `flask events rebuild` would print."""
    return lambda: _each(session, lambda projection: projection.rebuild(owner))


def _each(session: Session, ask: Callable[[Projection], Iterator[Any]]) -> list[str]:
    session.rollback()
    return [str(found) for projection in current_projections() for found in ask(projection)]


@pytest.fixture
def tamper(session: Session, postgres: Postgres) -> Callable[..., None]:
    """Change the database as a superuser, with triggers and foreign keys off. ``%(id)s`` in the
    statement is the value of that name."""

    def tamper(statement: LiteralString, **values: object) -> None:
        session.rollback()
        with psycopg.connect(postgres.url_of("site")) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement, values)

    return tamper
