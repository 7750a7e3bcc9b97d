"""Sandboxes: opened while there is room, kept while somebody looks, and deleted after that."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.events.store import record_all
from app.events.tracing import resuming
from app.events.types import Event, RecordedEvent
from app.labs.models import Sandbox
from app.labs.scenario import NotNow, Scenario
from app.platform.database import utc_now
from app.platform.settings import current_config
from config import Config

# The actor of what the visitor does in a sandbox; what follows from it has others.
VISITOR = "visitor"
# However long somebody looks, after this the sandbox is free for others, unless they ask for more.
TURN = timedelta(hours=1)
LAST_CALL = timedelta(minutes=5)

ALONE = text("SELECT pg_advisory_xact_lock(hashtext('labs.sandboxes'))")
OPEN = text("""
INSERT INTO sandboxes (id, lab, network, opened_at, ends_at, faults)
VALUES (:id, :lab, :network, now(), now() + make_interval(mins => :minutes), '[]')
""")
ALL_OPEN = select(func.count()).where(Sandbox.ends_at > func.now())
GO_ON = text("UPDATE sandboxes SET ends_at = :ends_at WHERE id = :id AND ends_at > now()")
# Most looks would extend it by so little that they write nothing.
WORTH_A_WRITE = timedelta(seconds=30)
END = text("UPDATE sandboxes SET ends_at = now() WHERE id = :id AND ends_at > now()")
END_OUTDATED = text("""
UPDATE sandboxes SET ends_at = now() WHERE ends_at > now() AND id IN (
    SELECT sandbox_id FROM consumers WHERE (lab, subscriber) NOT IN (
        SELECT * FROM unnest(CAST(:labs AS text[]), CAST(:subscribers AS text[]))
    )
)
""")
ENDED = text("SELECT id FROM sandboxes WHERE ends_at <= now() FOR UPDATE SKIP LOCKED")
REMOVE = (
    text("""
    DELETE FROM delivery_tries USING deliveries d JOIN events e ON e.position = d.event_position
    WHERE delivery_id = d.id AND e.metadata ->> 'correlation_id' = :trace
    """),
    text("""
    DELETE FROM deliveries USING events e
    WHERE e.position = event_position AND e.metadata ->> 'correlation_id' = :trace
    """),
    text("DELETE FROM events WHERE metadata ->> 'correlation_id' = :trace"),
    text("DELETE FROM sandboxes WHERE id = CAST(:trace AS uuid)"),
)
HOLDS_NO_MORE = lazy_gettext(
    "This sandbox has reached its limit of events. Start again with an empty one."
)
ALL_IN_USE = lazy_gettext("Every sandbox is in use right now.")
CANNOT_STAY = lazy_gettext("Every sandbox is in use right now, so yours can’t be kept for longer.")


class NoRoom(NotNow):
    """The limit of open sandboxes is reached, in total or for the visitor's network."""


def open_sandbox(session: Session, lab: str, config: Config, *, network: bytes) -> Sandbox:
    """Open a sandbox of that lab, with an id that can't be guessed. ``network`` is a hash of the
    visitor's network. Raises NoRoom."""
    session.execute(ALONE)
    if count_sandboxes(session) >= config.LABS_SANDBOXES:
        raise _no_room(session, ALL_IN_USE)
    _check_share(session, network, config.LABS_SANDBOXES_PER_NETWORK)
    sandbox_id = uuid.uuid4()
    about = {"lab": lab, "network": network, "minutes": config.LABS_MINUTES}
    session.execute(OPEN, {"id": sandbox_id, **about})
    return session.get_one(Sandbox, sandbox_id)


def _check_share(session: Session, network: bytes, most: int) -> None:
    """Raise NoRoom if the network has its share, so that deleting cookies doesn't get anybody all
    the sandboxes."""
    is_of_network = Sandbox.network == network
    if (session.scalar(ALL_OPEN.where(is_of_network)) or 0) >= most:
        why = lazy_gettext(
            "%(most)s sandboxes are open from your network, the most that one network can have at"
            " the same time.",
            most=most,
        )
        raise _no_room(session, why, is_of_network)


def _no_room(session: Session, why: LazyString, *in_the_way: ColumnElement[bool]) -> NoRoom:
    """A NoRoom that also says when the first sandbox ``in_the_way`` ends: at the earliest, if
    nobody looks at it any more, and at the latest."""
    turn_began = func.coalesce(Sandbox.extended_at, Sandbox.opened_at)
    at_the_latest = func.greatest(Sandbox.ends_at, turn_began + TURN)
    ends = select(func.min(Sandbox.ends_at), func.min(at_the_latest))
    first = session.execute(ends.where(Sandbox.ends_at > func.now(), *in_the_way)).one()
    if None in first:
        return NoRoom(why)
    soon, latest = (ceil((at - utc_now()) / timedelta(minutes=1)) for at in first)
    return NoRoom(
        lazy_gettext(
            "%(why)s One will be free in %(soon)s min if nobody looks at it any more, and in"
            " %(latest)s min at the latest.",
            why=why,
            soon=soon,
            latest=latest,
        )
    )


def count_sandboxes(session: Session) -> int:
    """How many sandboxes are open now, in all labs."""
    return session.scalar(ALL_OPEN) or 0


def find_sandbox(session: Session, lab: str, sandbox_id: uuid.UUID) -> Sandbox | None:
    """The sandbox, if it is open."""
    return session.scalar(
        select(Sandbox).where(
            Sandbox.id == sandbox_id, Sandbox.lab == lab, Sandbox.ends_at > func.now()
        )
    )


def look_at_sandbox(session: Session, sandbox: Sandbox, config: Config) -> None:
    """Extend the sandbox, because somebody is looking at it."""
    wished = utc_now() + timedelta(minutes=config.LABS_MINUTES)
    ends_at = min(wished, turn_end(sandbox))
    if ends_at - sandbox.ends_at > WORTH_A_WRITE:
        session.execute(GO_ON, {"id": sandbox.id, "ends_at": ends_at})


def turn_end(sandbox: Sandbox) -> datetime:
    """When the sandbox ends at the latest (UTC), however often somebody looks at it."""
    return (sandbox.extended_at or sandbox.opened_at) + TURN


def last_call(sandbox: Sandbox) -> datetime | None:
    """`turn_end`, once it is near enough to warn the visitor."""
    end = turn_end(sandbox)
    return end if end - utc_now() <= LAST_CALL else None


def extend_turn(session: Session, sandbox: Sandbox, config: Config) -> datetime:
    """Give the visitor another turn, starting now, and return when it ends. Raises NotNow while
    every sandbox is in use: somebody may be waiting who was told when this one ends."""
    session.execute(ALONE)
    if count_sandboxes(session) >= config.LABS_SANDBOXES:
        raise NotNow(CANNOT_STAY)
    sandbox.extended_at = utc_now()
    look_at_sandbox(session, sandbox, config)
    return turn_end(sandbox)


def lock_sandbox(session: Session, sandbox: Sandbox) -> None:
    """Reload and lock the sandbox; its visitor's other presses wait, its consumers do not."""
    session.refresh(sandbox, with_for_update={"key_share": True})


def end_sandbox(session: Session, sandbox: Sandbox) -> None:
    """End the sandbox; the runner deletes it."""
    session.execute(END, {"id": sandbox.id})


def end_outdated(session: Session, scenarios: Iterable[Scenario]) -> None:
    """End the sandboxes with consumers that none of the labs has: an earlier release opened them,
    and this one could neither run nor show them."""
    stations = [(scenario.slug, one.name) for scenario in scenarios for one in scenario.stations]
    labs, subscribers = zip(*stations, strict=True)
    session.execute(END_OUTDATED, {"labs": list(labs), "subscribers": list(subscribers)})


def remove_ended(session: Session) -> int:
    """Delete the sandboxes that have ended, with everything recorded in them, and commit."""
    ended = session.scalars(ENDED).all()
    for sandbox_id in ended:
        for statement in REMOVE:
            session.execute(statement, {"trace": sandbox_id.hex})
    session.commit()
    return len(ended)


def record_in(
    session: Session,
    sandbox: Sandbox,
    events_of: Mapping[str, Sequence[Event]],
    *,
    cause: RecordedEvent | None = None,
    weight: int = 1,
) -> list[RecordedEvent]:
    """Append the visitor's events to each stream; ``cause`` is the event that caused them, and
    ``weight`` as in `check_room`. Raises NotNow if the sandbox would hold too many events."""
    check_room(session, sandbox, sum(map(len, events_of.values())), weight)
    with resuming(sandbox.trace, str(cause.id) if cause else None):
        return [
            recorded
            for stream, events in events_of.items()
            for recorded in record_all(session, stream, events, actor=VISITOR)
        ]


def check_room(session: Session, sandbox: Sandbox, count: int, weight: int = 1) -> None:
    """Raise NotNow if the sandbox has no room for ``count`` more events from its visitor. Each of
    them leads to ``weight`` events, itself included. Locks the sandbox, so other presses wait."""
    lock_sandbox(session, sandbox)
    by_visitor = _events_of(sandbox.id).where(StoredEvent.meta["actor"].astext == VISITOR)
    in_the_end = weight * ((session.scalar(by_visitor) or 0) + count)
    if in_the_end > current_config().LABS_EVENTS:
        raise NotNow(HOLDS_NO_MORE)


def count_events(
    session: Session, sandbox_id: uuid.UUID, event_type: type[Event] | None = None
) -> int:
    """How many events the sandbox holds, of that type or of all."""
    counted = _events_of(sandbox_id)
    if event_type:
        counted = counted.where(StoredEvent.type == event_type.type)
    return session.scalar(counted) or 0


def _events_of(sandbox_id: uuid.UUID) -> Select[int]:
    """A query that counts the sandbox's events."""
    return select(func.count()).where(StoredEvent.meta["correlation_id"].astext == sandbox_id.hex)
