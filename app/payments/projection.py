"""Deposits, refunds and disputes: compared with the log, and corrected from it."""

import uuid
from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain, islice

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.events.delivery.lag import unhandled_events
from app.events.projections.projection import (
    NO_BEGINNING,
    NO_ROW,
    Difference,
    correct_each,
    snapshot,
)
from app.events.projections.streams import BATCH, fold_streams, unread
from app.events.rows import UnreadableEvent
from app.events.store import read_stream
from app.events.types import stream_of
from app.payments.fold import (
    STEPS,
    DepositState,
    DisputeState,
    RefundState,
    State,
    States,
    fold_money,
    is_as_folded,
)
from app.payments.models import Deposit, Dispute, Refund
from app.payments.states import is_over
from app.payments.subscribers import request_deposit

# A refund that was never made: no event tells of it.
NOT_TOLD = ("pending", "canceled")
Rows = dict[tuple[type[State], uuid.UUID], Deposit | Refund | Dispute]
TYPES = [event.type for event in STEPS]
WITHOUT_EVENTS = text("""
SELECT engagement_id FROM deposits WHERE NOT EXISTS (
    SELECT FROM events WHERE stream = 'engagement-' || engagement_id AND type = ANY(:types)
)
""")


class MoneyProjection:
    """The tables of deposits, refunds and disputes, as far as events tell of them. A deposit that
    is due may be missing only while the event is not handled yet."""

    def verify(self, engine: Engine) -> Iterator[Difference]:
        return (difference for _, difference in _differences(engine))

    def rebuild(self, engine: Engine) -> Iterator[Difference]:
        return correct_each(_differences(engine), partial(_correct, engine))


def _differences(engine: Engine) -> Iterator[tuple[str, Difference]]:
    """The differences, each with its engagement's id, those of one engagement in a row."""
    with snapshot(engine) as connection, Session(connection) as session:
        awaited = {event.subject_id for event in unhandled_events(connection, request_deposit)}
        streams = chain(fold_streams(connection, TYPES, fold_money), _without_events(connection))
        while batch := list(islice(streams, BATCH)):
            rows = _rows(session, [uuid.UUID(key) for key, of in batch if isinstance(of, dict)])
            for key, states in batch:
                if isinstance(states, UnreadableEvent):
                    yield key, unread(Deposit.__tablename__, key, states)
                else:
                    found = _compare(states, rows.get(uuid.UUID(key), {}), awaited)
                    yield from ((key, difference) for difference in found)
            session.expunge_all()


def _without_events(connection: Connection) -> Iterator[tuple[str, States]]:
    for (engagement_id,) in connection.execute(WITHOUT_EVENTS, {"types": TYPES}):
        yield str(engagement_id), {}


def _rows(session: Session, engagement_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Rows]:
    """The rows of each of these engagements, by their kind and key."""
    owed = session.scalars(select(Deposit).where(Deposit.engagement_id.in_(engagement_ids))).all()
    found: dict[uuid.UUID, Rows] = {
        deposit.engagement_id: {(DepositState, deposit.engagement_id): deposit} for deposit in owed
    }
    engagements = {deposit.id: deposit.engagement_id for deposit in owed}
    for refund in session.scalars(select(Refund).where(Refund.deposit_id.in_(engagements))):
        found[engagements[refund.deposit_id]][RefundState, refund.id] = refund
    for dispute in session.scalars(select(Dispute).where(Dispute.deposit_id.in_(engagements))):
        found[engagements[dispute.deposit_id]][DisputeState, dispute.id] = dispute
    return found


def _compare(states: States, rows: Rows, awaited: Collection[uuid.UUID]) -> Iterator[Difference]:
    for kind, key in dict.fromkeys([*states, *rows]):
        state, row = states.get((kind, key)), rows.get((kind, key))
        told = Difference(kind.model.__tablename__, str(key))
        if row is None:
            if key not in awaited:
                yield replace(told, problem=NO_ROW)
        elif state is None:
            if row.status not in NOT_TOLD:
                yield replace(told, problem=NO_BEGINNING)
        else:
            for column in state.__struct_fields__:
                found, expected = getattr(row, column), getattr(state, column)
                if not is_as_folded(state, column, found):
                    yield replace(told, column=column, found=found, expected=expected)


def _correct(engine: Engine, engagement_id: uuid.UUID) -> list[Difference]:
    """Write the rows as their stream has them now, under the deposit's lock, and return what
    differed. Where no event has all that a row needs, it is left."""
    with Session(engine, expire_on_commit=False) as session:
        lock = select(Deposit.id).where(Deposit.engagement_id == engagement_id).with_for_update()
        session.execute(lock)
        try:
            states = fold_money(read_stream(session, stream_of("engagement", engagement_id)))
        except UnreadableEvent as error:  # one that says nothing about money
            return [unread(Deposit.__tablename__, str(engagement_id), error)]
        rows = _rows(session, [engagement_id]).get(engagement_id, {})
        by_name = {(kind.model.__tablename__, str(key)): row for (kind, key), row in rows.items()}
        found = [
            replace(difference, is_unfixable=not _can_write(difference))
            for difference in _compare(states, rows, ())
        ]
        for one in found:
            if not one.is_unfixable:
                setattr(by_name[one.table, one.key], one.column, one.expected)
        try:
            session.commit()
        except IntegrityError:
            return [replace(difference, is_unfixable=True) for difference in found]
    return found


def _can_write(difference: Difference) -> bool:
    """Whether the value in the events is the one that belongs in the row: of an open dispute they
    have not Stripe's own word."""
    is_phase = (difference.table, difference.column) == (Dispute.__tablename__, "status")
    return bool(difference.column) and not (is_phase and not is_over(difference.expected))
