"""The moments of an application: after each event, what it had become and what was new about it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.applications.fold import APPLICATIONS
from app.engagements.fold import ENGAGEMENTS
from app.events.fold import FoldedTable
from app.events.types import RecordedEvent
from app.rendering import money
from app.review.timeline import in_words
from app.scoring.fold import SCORES

# What a person reads of each state, in the order of the page. The rest is ids and whole documents.
SHOWN: tuple[tuple[str, FoldedTable, Mapping[str, str]], ...] = (
    (
        "Application",
        APPLICATIONS,
        {
            "status": "Status",
            "name": "Name",
            "email": "Email",
            "company": "Company",
            "answers": "Answers",
            "submitted_at": "Submitted",
            "decided_at": "Decided",
            "erased_at": "Erased",
        },
    ),
    ("Score", SCORES, {"total": "Points", "band": "Band", "recommended_kind": "Recommended"}),
    (
        "Engagement",
        ENGAGEMENTS,
        {
            "status": "Status",
            "kind": "Kind",
            "total_cents": "Price",
            "deposit_cents": "Deposit",
            "accepted_name": "Agreed by",
            "accepted_at": "Agreed",
        },
    ),
)

Facts = dict[str, str]


class Change(msgspec.Struct, frozen=True):
    """One fact that the event made another; "" for none."""

    section: str
    label: str
    before: str
    after: str


class Moment(msgspec.Struct, frozen=True):
    """The time from one event to the next. ``number`` counts from 1; ``cause`` is the number of the
    event that this one answers, None where a person or the clock began; ``depth`` how far it is
    from there. ``at`` is UTC."""

    number: int
    event_id: uuid.UUID
    type: str
    title: str
    who: str
    at: datetime
    correlation_id: str
    cause: int | None
    depth: int
    facts: dict[str, Facts]
    changes: list[Change]


def moments_of(events: Sequence[RecordedEvent], people: Mapping[str, str]) -> list[Moment]:
    """A moment for each event of the application and its engagement, in the order of the log."""
    moments: list[Moment] = []
    numbers = {str(event.id): number for number, event in enumerate(events, start=1)}
    for number, event in enumerate(events, start=1):
        facts = _facts_after(events[:number])
        before = moments[-1].facts if moments else {}
        cause = numbers.get(event.metadata.causation_id or "")
        moments.append(
            Moment(
                number=number,
                event_id=event.id,
                type=event.type,
                title=in_words(event.data),
                who=people.get(event.metadata.actor, event.metadata.actor),
                at=event.recorded_at,
                correlation_id=event.metadata.correlation_id,
                cause=cause,
                depth=moments[cause - 1].depth + 1 if cause else 0,
                facts=facts,
                changes=_changes(before, facts),
            )
        )
    return moments


def in_causal_order(moments: Sequence[Moment]) -> list[Moment]:
    """Each beginning followed by all that came of it, as a tree is read from the top."""
    following: dict[int | None, list[Moment]] = {}
    for moment in moments:
        following.setdefault(moment.cause, []).append(moment)

    def below(cause: int | None) -> list[Moment]:
        return [
            found
            for moment in following.get(cause, [])
            for found in (moment, *below(moment.number))
        ]

    return below(None)


def _facts_after(events: Sequence[RecordedEvent]) -> dict[str, Facts]:
    facts = {}
    for section, table, labels in SHOWN:
        of_kind = [event for event in events if event.stream.startswith(f"{table.kind}-")]
        if (state := table.fold(of_kind)) is not None:
            told = {label: _in_words(name, getattr(state, name)) for name, label in labels.items()}
            facts[section] = {label: value for label, value in told.items() if value}
    return facts


def _in_words(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f"{value:%d %b %Y, %H:%M:%S} UTC"
    if name.endswith("_cents"):
        return money(value)
    if isinstance(value, dict):
        return f"{len(value)} answers" if value else ""
    return str(value).replace("_", " ")


def _changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> list[Change]:
    return [
        Change(section, label, was, now)
        for section, facts in after.items()
        for label in dict.fromkeys((*before.get(section, {}), *facts))
        if (was := before.get(section, {}).get(label, "")) != (now := facts.get(label, ""))
    ]
