"""A person is erased while a handler is at work: one waits for the other, or the handler starts
over and is told nothing about the person."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import AnswerDue
from app.events.delivery.claims import mark_done
from app.events.delivery.handling import Outcome
from app.events.integrity.person_keys import drop_key
from app.events.models import StoredEvent
from app.events.store import record
from app.events.types import RecordedEvent
from app.platform.database import db
from tests.integration.events.conftest import PERSON, Flow, Record
from tests.integration.waiting import is_somebody_waiting, waiting

FlowTo = Callable[..., Flow]


def erase(session: Session) -> None:
    drop_key(session, PERSON)


def erase_beside() -> None:
    with Session(db.engine) as beside:
        erase(beside)
        beside.commit()


def test_a_handler_overtaken_by_an_erasure_starts_over_without_the_personal_data(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    given: list[RecordedEvent] = []

    def act_while_they_are_erased(session: Session, recorded: RecordedEvent) -> None:
        given.append(recorded)
        record(session, recorded.stream, AnswerDue(), actor="system:test")
        if not recorded.is_erased:
            erase_beside()

    record_event(message="Canary")
    flow = flow_to(act_while_they_are_erased)
    (delivery_id,) = flow.relay()
    assert flow.deliver(delivery_id) is Outcome.DONE
    assert [(one.data.message, one.is_erased) for one in given] == [("Canary", False), ("", True)]
    # The effect of its first run was rolled back.
    followed = select(StoredEvent).where(StoredEvent.type == AnswerDue.type)
    assert len(session.scalars(followed).all()) == 1
    assert flow.delivery(delivery_id).attempts == 1


def test_an_erasure_waits_for_a_handler_that_is_about_to_commit(
    app: Flask, session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow = flow_to(lambda *_: None)
    claim = flow.claim(*flow.relay())
    assert mark_done(session, claim)
    with waiting(app, erase):
        assert is_somebody_waiting()
        session.commit()


def test_a_delivery_claimed_after_the_erasure_gets_no_personal_data(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    given: list[str] = []

    def note(session: Session, recorded: RecordedEvent) -> None:
        given.append(recorded.data.message)

    record_event(message="Canary")
    flow = flow_to(note)
    (delivery_id,) = flow.relay()
    erase_beside()
    assert flow.deliver(delivery_id) is Outcome.DONE
    assert given == [""]
