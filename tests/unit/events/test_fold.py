"""Folding: from the events alone to everything that a row says."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationReleased,
    ApplicationSubmitted,
    MoreProvided,
    MoreRequested,
)
from app.applications.fold import APPLICATIONS
from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.fold import ENGAGEMENTS
from app.events.projections.folded_table import FoldedTable
from app.events.types import Event, Metadata, RecordedEvent, stream_of
from app.payments.events import DepositPaid
from app.scoring.events import ApplicationScored
from app.scoring.fold import SCORES

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SUBJECT = uuid.UUID("018f0000-0000-7000-8000-000000000000")
APPLICATION = str(uuid.UUID(int=7))

HELD = ApplicationHeld({"too_fast": ""})
SUBMITTED = ApplicationSubmitted(
    "CE-1", "Ada", "ada@client.example", "Tidewater", {"a": "b"}, "3", "de"
)
SCORED = ApplicationScored(70, "good", "build", "1", {"total": 70})
ACCEPTED = ApplicationAccepted("", "sprint", 1_250_000)
PROPOSED = EngagementProposed(APPLICATION, "build", "usd", 900, 450, "1", {"lines": []})
OFFERED = EngagementOffered(APPLICATION, "sprint", "usd", 500, 250, {"lines": ["one"]})
AGREED = EngagementAccepted(APPLICATION, "Ada Marsh", "usd", 250)
PAID = DepositPaid(APPLICATION, APPLICATION, 250, "usd", "stripe")
ACTIVATED = EngagementActivated(APPLICATION)


def recorded(kind: str, events: Sequence[Event]) -> list[RecordedEvent]:
    """The events of one stream, a minute apart."""
    return [
        RecordedEvent(
            id=uuid.uuid4(),
            position=place,
            horizon=place,
            stream=stream_of(kind, SUBJECT),
            version=place,
            type=event.type,
            data=event,
            metadata=Metadata("prospect", "trace"),
            recorded_at=NOON + timedelta(minutes=place),
        )
        for place, event in enumerate(events, start=1)
    ]


@pytest.mark.parametrize("table", [APPLICATIONS, ENGAGEMENTS, SCORES])
def test_every_column_is_folded_or_has_a_reason_not_to_be(table: FoldedTable) -> None:
    columns = set(table.model.__table__.columns.keys())
    assert set(table.columns) | set(table.not_folded) == columns
    assert not set(table.columns) & set(table.not_folded)
    assert {table.key, *table.personal, *table.added_later} <= set(table.columns)
    assert all(len(reason) > 20 for reason in table.not_folded.values())


@pytest.mark.parametrize(
    ("later", "status", "version", "decided"),
    [
        ([], "submitted", 1, None),
        ([MoreRequested("What?")], "more_requested", 2, None),
        ([MoreRequested("What?"), MoreProvided("That.")], "submitted", 3, None),
        ([SCORED, ACCEPTED], "accepted", 2, 3),
        ([ApplicationDeclined("")], "declined", 2, 2),
        ([HELD], "held", 2, None),
        ([HELD, ApplicationDismissed()], "dismissed", 3, None),
        ([HELD, ApplicationDismissed(), ApplicationReleased()], "submitted", 4, None),
        ([HELD, ApplicationReleased(), ACCEPTED], "accepted", 4, 4),
    ],
)
def test_an_application_is_in_the_state_that_its_events_led_to(
    later: list[Event], status: str, version: int, decided: int | None
) -> None:
    state = APPLICATIONS.fold(recorded("application", [SUBMITTED, *later]))
    assert (state.id, state.status, state.version) == (SUBJECT, status, version)
    assert state.submitted_at == NOON + timedelta(minutes=1)
    assert state.decided_at == (decided and NOON + timedelta(minutes=decided))
    assert (state.name, state.answers) == ("Ada", {"a": "b"})
    assert (state.questions_version, state.language) == ("3", "de")


def test_erased_fields_are_empty_and_the_rest_remains() -> None:
    events = recorded("application", [SUBMITTED, ACCEPTED, ApplicationErased()])
    state = APPLICATIONS.fold(events)
    assert (state.name, state.email, state.company, state.answers) == ("", "", "", {})
    assert (state.status, state.version, state.reference) == ("accepted", 3, "CE-1")
    assert state.erased_at == events[-1].recorded_at


def test_an_engagement_goes_from_proposal_to_work() -> None:
    events = recorded("engagement", [PROPOSED, OFFERED, AGREED, PAID, ACTIVATED])
    states = [ENGAGEMENTS.fold(events[:count]) for count in range(1, 6)]
    assert [state.status for state in states] == [
        "proposed",
        "offered",
        "accepted",
        "accepted",
        "active",
    ]
    assert [state.version for state in states] == [1, 2, 3, 3, 4]
    assert [state.total_cents for state in states[:2]] == [900, 500]
    last = states[-1]
    assert (last.kind, last.quote, last.accepted_name) == (
        "sprint",
        {"lines": ["one"]},
        "Ada Marsh",
    )
    assert (last.created_at, last.accepted_at) == (events[0].recorded_at, events[2].recorded_at)


def test_a_declined_application_closes_its_engagement() -> None:
    events = recorded("engagement", [PROPOSED, EngagementClosed(APPLICATION)])
    assert ENGAGEMENTS.fold(events).status == "closed"


def test_a_folded_score_holds_everything_that_its_event_says() -> None:
    state = SCORES.fold(recorded("application", [SUBMITTED, SCORED]))
    assert (state.total, state.band, state.result) == (70, "good", {"total": 70})
    assert state.scored_at == NOON + timedelta(minutes=2)


def test_a_stream_without_its_first_event_folds_to_nothing() -> None:
    assert APPLICATIONS.fold(recorded("application", [MoreProvided("That."), SCORED])) is None
    assert ENGAGEMENTS.fold([]) is None
