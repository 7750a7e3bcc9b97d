"""The moments of an application: after each event, its state and what had changed."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.accounts.queries import name_of
from app.applications.fold import APPLICATIONS
from app.engagements.fold import ENGAGEMENTS
from app.engagements.states import engagement_state
from app.events.projections.folded_table import FoldedTable
from app.events.types import RecordedEvent
from app.review.states import application_state
from app.review.timeline import in_words, kind_name, price_told
from app.scoring.fold import SCORES
from app.web.rendering import clock_time, money


def _moment(at: datetime | None) -> str:
    return clock_time(at, seconds=True) if at else ""


def _count(answers: dict[str, Any]) -> str:
    return f"{len(answers)} answers" if answers else ""


# What staff see of each state, in the page's order, "" for nothing. The rest is ids and whole
# documents.
SHOWN: tuple[tuple[str, FoldedTable, Mapping[str, Callable[[Any], str]]], ...] = (
    (
        "Application",
        APPLICATIONS,
        {
            "Status": lambda state: application_state(state.status).label,
            "Name": lambda state: state.name,
            "Email": lambda state: state.email,
            "Company": lambda state: state.company,
            "Answers": lambda state: _count(state.answers),
            "Submitted": lambda state: _moment(state.submitted_at),
            "Decided": lambda state: _moment(state.decided_at),
            "Erased": lambda state: _moment(state.erased_at),
        },
    ),
    (
        "Score",
        SCORES,
        {
            "Points": lambda state: str(state.total),
            "Band": lambda state: state.band.capitalize(),
            "Recommended": lambda state: kind_name(state.recommended_kind),
        },
    ),
    (
        "Engagement",
        ENGAGEMENTS,
        {
            "Status": lambda state: engagement_state(state.status).label,
            "Kind": lambda state: kind_name(state.kind),
            "Price": price_told,
            "Deposit": lambda state: money(state.deposit_cents, state.currency),
            "Agreed by": lambda state: state.accepted_name or "",
            "Agreed": lambda state: _moment(state.accepted_at),
        },
    ),
)

Facts = dict[str, str]


class Change(msgspec.Struct, frozen=True):
    """One fact that the event changed; "" stands for none."""

    section: str
    label: str
    before: str
    after: str


class Moment(msgspec.Struct, frozen=True):
    """The time from one event to the next. ``number`` counts from 1; ``cause_id`` is the id of the
    event that led to this one, "" if a person or the clock did, and ``cause`` is its number if it
    is one of the application's. ``at`` is UTC."""

    number: int
    event_id: uuid.UUID
    type: str
    title: str
    who: str
    at: datetime
    cause_id: str
    cause: int | None
    correlation_id: str
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
        cause_id = event.metadata.causation_id or ""
        moments.append(
            Moment(
                number=number,
                event_id=event.id,
                type=event.type,
                title=in_words(event.data),
                who=name_of(event.metadata.actor, people),
                at=event.recorded_at,
                cause_id=cause_id,
                cause=numbers.get(cause_id),
                correlation_id=event.metadata.correlation_id,
                facts=facts,
                changes=_changes(before, facts),
            )
        )
    return moments


def _facts_of(states: Mapping[str, Any]) -> dict[str, Facts]:
    return {
        section: {label: told for label, words in shown.items() if (told := words(state))}
        for section, _, shown in SHOWN
        if (state := states.get(section)) is not None
    }


def _changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> list[Change]:
    return [
        Change(section, label, was, now)
        for section, facts in after.items()
        for label in dict.fromkeys((*before.get(section, {}), *facts))
        if (was := before.get(section, {}).get(label, "")) != (now := facts.get(label, ""))
    ]
