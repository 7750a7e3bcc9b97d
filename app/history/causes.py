"""Causes and effects: an application's events as a tree, with their causes in other streams, such
as the message from Stripe that leads to a paid deposit."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.queries import name_of
from app.events.rows import NO_METADATA, readable_metadata
from app.events.types import RecordedEvent
from app.history.moments import Moment

FIND = text("""
SELECT id, type, recorded_at, CAST(metadata AS text) AS metadata FROM events WHERE id = ANY(:ids)
""")


class OuterCause(msgspec.Struct, frozen=True):
    """An event of another stream that led to one of the application's; ``at`` is UTC."""

    event_id: uuid.UUID
    type: str
    who: str
    at: datetime
    cause_id: str
    correlation_id: str


Node = Moment | OuterCause


class Branch(msgspec.Struct, frozen=True):
    """One line of the tree, ``depth`` steps from its root."""

    depth: int
    node: Node

    @property
    def is_outer(self) -> bool:
        return isinstance(self.node, OuterCause)


def outer_causes(
    session: Session, events: Sequence[RecordedEvent], people: Mapping[str, str]
) -> dict[str, OuterCause]:
    """The events that led to these, directly or not, and are not among them, by id."""
    found: dict[str, OuterCause] = {}
    seen: set[uuid.UUID | None] = {None, *(event.id for event in events)}
    wanted = {event.metadata.caused_by for event in events} - seen
    while wanted:
        seen |= wanted
        causes: set[uuid.UUID | None] = set()
        for row in session.execute(FIND, {"ids": list(wanted)}):
            metadata = readable_metadata(row.metadata) or NO_METADATA
            found[str(row.id)] = OuterCause(
                event_id=row.id,
                type=row.type,
                who=name_of(metadata.actor, people),
                at=row.recorded_at,
                cause_id=metadata.causation_id or "",
                correlation_id=metadata.correlation_id,
            )
            causes.add(metadata.caused_by)
        wanted = causes - seen
    return found


def in_causal_order(moments: Sequence[Moment], outer: Mapping[str, OuterCause]) -> list[Branch]:
    """Each root followed by all that came of it, depth first."""
    nodes: list[Node] = sorted([*moments, *outer.values()], key=lambda node: node.at)
    ids = {str(node.event_id) for node in nodes}
    following: dict[str, list[Node]] = {}
    for node in nodes:
        following.setdefault(node.cause_id if node.cause_id in ids else "", []).append(node)

    def below(cause_id: str, depth: int) -> list[Branch]:
        return [
            found
            for node in following.get(cause_id, [])
            for found in (Branch(depth, node), *below(str(node.event_id), depth + 1))
        ]

    return below("", 0)
