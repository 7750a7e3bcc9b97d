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


def _moment(at: datetime | None) -> str:
    return datetime_utc(at, seconds=True) if at else ""


def _count(answers: dict[str, Any]) -> str:
    return f"{len(answers)} answers" if answers else ""


# What a person reads of each state, in the order of the page, "" for nothing. The rest is ids and
# whole documents.
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
            "Price": lambda state: money(state.total_cents, state.currency),
            "Deposit": lambda state: money(state.deposit_cents, state.currency),
            "Agreed by": lambda state: state.accepted_name or "",
            "Agreed": lambda state: _moment(state.accepted_at),
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


def _facts_after(events: Sequence[RecordedEvent]) -> dict[str, Facts]:
    facts = {}
    for section, table, shown in SHOWN:
        of_kind = [event for event in events if event.stream.startswith(f"{table.kind}-")]
        if (state := table.fold(of_kind)) is not None:
            facts[section] = {
                label: told for label, words in shown.items() if (told := words(state))
            }
    return facts


def _changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> list[Change]:
    return [
        Change(section, label, was, now)
        for section, facts in after.items()
        for label in dict.fromkeys((*before.get(section, {}), *facts))
        if (was := before.get(section, {}).get(label, "")) != (now := facts.get(label, ""))
    ]
