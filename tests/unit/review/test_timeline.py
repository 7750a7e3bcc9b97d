"""The wording of the timeline."""

import uuid
from datetime import UTC, datetime

import pytest

from app.applications.events import ApplicationDeclined, MoreRequested
from app.events.types import Event, Metadata, RecordedEvent, declared_events
from app.review.timeline import WORDS, entry_of


def recorded(event: Event, actor: str) -> RecordedEvent:
    return RecordedEvent(
        id=uuid.uuid4(),
        horizon=1,
        position=1,
        stream=f"application-{uuid.uuid4()}",
        version=1,
        type=event.type,
        data=event,
        metadata=Metadata(actor=actor, correlation_id="c"),
        recorded_at=datetime.now(UTC),
    )


@pytest.mark.parametrize(
    "declared",
    [e for e in declared_events().values() if e.stream_kind in {"application", "engagement"}],
)
def test_every_event_of_an_application_is_described_in_words(declared: type[Event]) -> None:
    assert declared in WORDS


def test_a_decision_names_its_author() -> None:
    declined = ApplicationDeclined(message="Not this year")
    entry = entry_of(recorded(declined, "staff:1"), {"staff:1": "Ada"})
    assert (entry.title, entry.who) == ("Declined", "Ada")


def test_an_automatic_event_names_the_part_of_the_site_that_caused_it() -> None:
    asked = entry_of(recorded(MoreRequested(message="Why?"), "system:scoring"), {"staff:1": "Ada"})
    assert asked.who == "the system (scoring)"
