"""The moments of an application: after each event, what it had become and what was new about it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.accounts.queries import name_of
from app.applications.fold import APPLICATIONS
from app.engagements.fold import ENGAGEMENTS
from app.engagements.states import engagement_state
from app.events.fold import FoldedTable
from app.events.types import RecordedEvent
from app.rendering import datetime_utc, money
from app.review.states import application_state
from app.review.timeline import in_words, kind_name
from app.scoring.fold import SCORES


def _moment(at: datetime) -> str:
    return datetime_utc(at, seconds=True)


def _count(answers: dict[str, Any]) -> str:
    return f"{len(answers)} answers" if answers else ""


# What a person reads of each state, in the order of the page. The rest is ids and whole documents.
SHOWN: tuple[tuple[str, FoldedTable, Mapping[str, tuple[str, Callable[[Any], str]]]], ...] = (
    (
        "Application",
        APPLICATIONS,
        {
            "status": ("Status", lambda status: application_state(status).label),
            "name": ("Name", str),
            "email": ("Email", str),
            "company": ("Company", str),
            "answers": ("Answers", _count),
            "submitted_at": ("Submitted", _moment),
            "decided_at": ("Decided", _moment),
            "erased_at": ("Erased", _moment),
        },
    ),
    (
        "Score",
        SCORES,
        {
            "total": ("Points", str),
            "band": ("Band", str.capitalize),
            "recommended_kind": ("Recommended", kind_name),
        },
    ),
    (
        "Engagement",
        ENGAGEMENTS,
        {
            "status": ("Status", lambda status: engagement_state(status).label),
            "kind": ("Kind", kind_name),
            "total_cents": ("Price", money),
            "deposit_cents": ("Deposit", money),
            "accepted_name": ("Agreed by", str),
            "accepted_at": ("Agreed", _moment),
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
    cause: int | None
    depth: int
    facts: dict[str, Facts]
    changes: list[Change]


def moments_of(events: Sequence[RecordedEvent], people: Mapping[str, str]) -> list[Moment]:
    """A moment for each event of the application and its engagement, in the order of the log."""
    moments: list[Moment] = []
    numbers = {str(event.id): number for number, event in enumerate(events, start=1)}
    states: dict[str, Any] = {}
    for number, event in enumerate(events, start=1):
        for section, table, _ in SHOWN:
            if event.stream.startswith(f"{table.kind}-"):
                states[section] = table.after(states.get(section), event)
        facts = _facts_of(states)
        before = moments[-1].facts if moments else {}
        cause = numbers.get(event.metadata.causation_id or "")
        moments.append(
            Moment(
                number=number,
                event_id=event.id,
                type=event.type,
                title=in_words(event.data),
                who=name_of(event.metadata.actor, people),
                at=event.recorded_at,
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


def _facts_of(states: Mapping[str, Any]) -> dict[str, Facts]:
    return {
        section: {
            label: told
            for name, (label, words) in labels.items()
            if (value := getattr(state, name)) is not None and (told := words(value))
        }
        for section, _, labels in SHOWN
        if (state := states.get(section)) is not None
    }


def _changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> list[Change]:
    return [
        Change(section, label, was, now)
        for section, facts in after.items()
        for label in dict.fromkeys((*before.get(section, {}), *facts))
        if (was := before.get(section, {}).get(label, "")) != (now := facts.get(label, ""))
    ]
