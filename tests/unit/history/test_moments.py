"""A moment is the log folded up to one of its events."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.applications.events import (
    ApplicationDeclined,
    ApplicationErased,
    ApplicationSubmitted,
    MoreProvided,
    MoreRequested,
)
from app.applications.fold import APPLICATIONS
from app.engagements.events import EngagementAccepted
from app.events.types import Event, Metadata, RecordedEvent
from app.history import moments
from app.history.causes import in_causal_order
from app.history.moments import moments_of
from app.review.timeline import in_words
from app.scoring.events import ApplicationScored

ID = uuid.UUID("01930000-0000-7000-8000-000000000001")
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SUBMITTED = ApplicationSubmitted(
    reference="CE-1",
    name="Ada",
    email="ada@client.example",
    company="Client",
    answers={"a": "b"},
    questions_version="1",
    language="en",
)
SCORED = ApplicationScored(total=80, band="strong", recommended_kind="sprint", rubric_version="1")
PEOPLE = {"prospect": "Ada", "staff:1": "Grace"}
LATER: list[Event] = [
    MoreRequested(message="?"),
    MoreProvided(message="!"),
    ApplicationDeclined(message=""),
    ApplicationErased(),
    SCORED,
]


def happened(*events: Event, causes: dict[int, int] | None = None) -> list[RecordedEvent]:
    """The events in one stream; ``causes`` maps the index of an event to that of its cause."""
    ids = [uuid.UUID(int=number + 1) for number in range(len(events))]
    caused = causes or {}
    return [
        RecordedEvent(
            id=ids[index],
            position=index + 1,
            horizon=1,
            stream=f"application-{ID}",
            version=index + 1,
            type=event.type,
            data=event,
            metadata=Metadata(
                actor="staff:1" if index else "prospect",
                correlation_id="trace",
                causation_id=str(ids[caused[index]]) if index in caused else None,
            ),
            recorded_at=AT + timedelta(minutes=index),
        )
        for index, event in enumerate(events)
    ]


def test_each_event_is_folded_only_once_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[int] = []

    def take(_: Any, recorded: RecordedEvent) -> Any:
        taken.append(recorded.version)
        return APPLICATIONS.steps[ApplicationSubmitted](None, happened(SUBMITTED)[0])

    steps = {ApplicationSubmitted: take, MoreProvided: take}
    table = msgspec.structs.replace(APPLICATIONS, steps=steps)
    monkeypatch.setattr(moments, "SHOWN", (("Application", table, {}),))
    moments_of(happened(SUBMITTED, *[MoreProvided(message="!")] * 50), PEOPLE)
    assert taken == list(range(1, 52))


def test_a_moment_says_what_changed_by_whom_and_because_of_what() -> None:
    received, scored, declined = moments_of(
        happened(SUBMITTED, SCORED, ApplicationDeclined(message=""), causes={1: 0}), PEOPLE
    )
    assert (received.title, received.who, received.cause) == ("Application received", "Ada", None)
    assert received.facts["Application"]["Status"] == "To decide"
    points = scored.changes[0]
    assert (points.section, points.label, points.after) == ("Score", "Points", "80")
    assert (scored.cause, scored.cause_id) == (1, str(received.event_id))
    assert {(c.label, c.before, c.after) for c in declined.changes} == {
        ("Status", "To decide", "Declined"),
        ("Decided", "", "24 Nov 2026, 09:02:00 UTC"),
    }


def test_no_moment_reveals_more_of_an_erased_person_than_the_log_does() -> None:
    emptied = ApplicationSubmitted(
        reference="CE-1",
        name="",
        email="",
        company="",
        answers={},
        questions_version="1",
        language="en",
    )
    first, last = moments_of(happened(emptied, ApplicationErased()), PEOPLE)
    assert set(first.facts["Application"]) == {"Status", "Submitted"}
    assert "Erased" in last.facts["Application"]


def test_a_right_to_left_name_does_not_reverse_the_text_around_it() -> None:
    agreed = EngagementAccepted(
        application_id="1", accepted_name="ليلى", currency="usd", deposit_cents=100_000
    )
    assert in_words(agreed) == "Agreed by \u2068ليلى\u2069; deposit of $1,000 due"


@given(data=st.data(), later=st.lists(st.sampled_from(LATER), max_size=12))
def test_changes_lead_from_each_moment_to_the_next_and_the_tree_holds_each_once(
    data: st.DataObject, later: list[Event]
) -> None:
    causes = {
        index: data.draw(st.integers(0, index - 1))
        for index in range(1, len(later) + 1)
        if data.draw(st.booleans())
    }
    moments = moments_of(happened(SUBMITTED, *later, causes=causes), PEOPLE)
    known: dict[str, dict[str, Any]] = {}
    for moment in moments:
        for change in moment.changes:
            section = known.setdefault(change.section, {})
            assert section.pop(change.label, "") == change.before
            if change.after:
                section[change.label] = change.after
        assert known == moment.facts
    tree = in_causal_order(moments, {})
    told = {branch.node.event_id: (place, branch.depth) for place, branch in enumerate(tree)}
    assert len(tree) == len(told) == len(moments)
    for moment in moments:
        place, depth = told[moment.event_id]
        if moment.cause is None:
            assert depth == 0
        else:
            cause_place, cause_depth = told[moments[moment.cause - 1].event_id]
            assert (cause_place < place, cause_depth + 1) == (True, depth)
