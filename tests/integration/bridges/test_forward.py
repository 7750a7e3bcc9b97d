"""How a bridge advances along the log, whatever is on the other side."""

import random
import uuid
from collections.abc import Callable, Sequence

import msgspec
import pytest
from cloudevents.core.v1.event import CloudEvent
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.events import MoreProvided
from app.bridges import forward
from app.bridges.guarded import circuit_of
from app.bridges.queries import bridge_figures
from app.bridges.service import pause_bridge, resume_bridge
from app.bridges.sink import Sent
from app.circuits.models import CircuitRecord
from app.events.store import record
from app.platform.database import db, utc_now
from tests.integration.bridges.conftest import (
    Mover,
    OtherSide,
    Write,
    check_nothing_is_lost_or_out_of_order,
    places,
)
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import new_stream, record_from_tomorrow

URL = "kafka://broker:9092/events"
BridgeTo = Callable[..., Mover]


@pytest.fixture
def other_side() -> OtherSide:
    return OtherSide()


def stops_after(count: int, trouble: str = "away") -> Callable[[Sequence[CloudEvent]], Sent]:
    """Confirm that many events of each batch and fail at the next."""
    return lambda batch: Sent(min(count, len(batch)), trouble=trouble if count < len(batch) else "")


def test_a_new_bridge_sends_only_what_is_recorded_after_it(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    write(3)
    mover = bridge_to(URL, other_side)
    mover.move_on()
    assert other_side.taken == []
    later = write(2)
    mover.move_on()
    assert places(other_side.taken) == later


def test_a_new_bridge_can_begin_at_the_start_of_the_log(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    written = write(3)
    bridge_to(f"{URL}?from=start", other_side).move_on()
    assert places(other_side.taken) == written


def test_a_bridge_resumes_from_its_position_whatever_its_address_says_by_now(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    written = write(2)
    bridge_to(f"{URL}?from=start", other_side).move_on()
    written += write(1)
    bridge_to(f"{URL}?from=end", other_side).move_on()
    assert places(other_side.taken) == written


def test_a_bridge_says_that_it_waits_for_a_release_that_can_read_the_next_event(
    session: Session, bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    mover = bridge_to(URL, other_side)
    written = write(2)
    record_from_tomorrow(session)
    write(1)
    mover.move_on()
    assert places(other_side.taken) == written
    assert mover.bridge.failures == 1
    assert "thing.from_tomorrow" in str(mover.bridge.last_error)


def test_an_altered_event_is_passed_over_and_named_and_holds_up_no_other(
    session: Session, bridge_to: BridgeTo, other_side: OtherSide, write: Write, tamper: Tamper
) -> None:
    mover = bridge_to(URL, other_side)
    written = write(4)
    for version in (2, 4):
        tamper(f"UPDATE events SET sealed = sealed || 'x' WHERE version = {version}")
    session.rollback()
    other_side.answer = stops_after(1)
    mover.move_on()
    assert mover.bridge.passed_over == 1
    other_side.answer = lambda batch: Sent(len(batch))
    mover.move_on()
    assert places(other_side.taken) == [written[0], written[2]]
    assert (mover.bridge.passed_over, mover.bridge.failures) == (2, 0)
    assert str(mover.bridge.last_passed_over).endswith("altered since it was recorded")
    last = session.scalar(text("SELECT max(position) FROM events"))
    assert mover.bridge.position == last


def test_the_position_advances_past_what_was_confirmed_and_no_further(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    mover = bridge_to(URL, other_side)
    start = mover.bridge.place
    written = write(5)
    other_side.answer = stops_after(0)
    mover.move_on()
    assert (mover.bridge.place, mover.bridge.sent_at) == (start, None)
    other_side.answer = stops_after(2)
    mover.move_on()
    assert places(other_side.taken) == written[:2]
    other_side.answer = lambda batch: Sent(len(batch))
    mover.move_on()
    assert places(other_side.taken) == written


def test_each_failure_in_a_row_halves_the_batch_and_its_first_event_is_named(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.bridges.forward.BATCH", 4)
    mover = bridge_to(URL, other_side)
    write(5)
    offered: list[Sequence[CloudEvent]] = []

    def refuse_three_times(batch: Sequence[CloudEvent]) -> Sent:
        offered.append(batch)
        return Sent(len(batch)) if len(offered) > 3 else Sent(0, trouble="refused")

    other_side.answer = refuse_three_times
    with capture_logs() as logs:
        for _ in range(4):
            mover.move_on()
    assert [len(batch) for batch in offered] == [4, 2, 1, 1, 4]
    failed = [line["at_event"] for line in logs if line["event"] == "bridge.failed"]
    assert failed == [offered[0][0].get_id()] * 3


def test_advancing_the_position_before_the_confirmation_would_lose_events(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: every batch counts as confirmed."""
    careful = forward._move

    def careless(session, name, place, events, sent, failures):  # type: ignore[no-untyped-def]
        careful(session, name, place, events, Sent(len(events)), failures)

    monkeypatch.setattr(forward, "_move", careless)
    mover = bridge_to(URL, other_side)
    written = write(5)
    other_side.answer = stops_after(2)
    mover.move_on()
    other_side.answer = lambda batch: Sent(len(batch))
    mover.move_on()
    with pytest.raises(AssertionError):
        check_nothing_is_lost_or_out_of_order(places(other_side.taken), written)


def test_failures_are_counted_and_reported_until_the_next_success(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    mover = bridge_to(URL, other_side)
    write(1)
    other_side.answer = stops_after(0, "_MSG_TIMED_OUT")
    for failures in (1, 2, 3):
        mover.move_on()
        assert (mover.bridge.failures, mover.bridge.last_error) == (failures, "_MSG_TIMED_OUT")
    other_side.answer = lambda batch: Sent(len(batch))
    mover.move_on()
    assert (mover.bridge.failures, mover.bridge.last_error) == (0, None)
    assert mover.bridge.sent_at


def test_the_log_is_read_batch_by_batch_and_not_ahead_of_the_confirmations(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "BATCH", 10)
    mover = bridge_to(URL, other_side)
    written = write(25)
    sizes: list[int] = []

    def slow(batch: Sequence[CloudEvent]) -> Sent:
        assert len(other_side.taken) == sum(sizes)  # nothing was read ahead
        sizes.append(min(4, len(batch)))
        return Sent(sizes[-1])

    other_side.answer = slow
    mover.move_on()
    assert places(other_side.taken) == written
    assert sizes == [4, 4, 4, 4, 4, 4, 1]


def test_an_event_that_the_broker_can_never_take_is_passed_over_counted_and_reported(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    mover = bridge_to(URL, other_side)
    write(4)
    other_side.answer = lambda batch: Sent(
        len(batch), passed_over={batch[1].get_id(): "too large", batch[2].get_id(): "unroutable"}
    )
    mover.move_on()
    assert mover.bridge.passed_over == 2
    assert (mover.bridge.last_passed_over or "").endswith(": unroutable")
    assert not mover.move()


def test_personal_fields_leave_the_site_only_where_the_address_says_so(
    bridge_to: BridgeTo, write: Write
) -> None:
    usual, trusted = OtherSide(), OtherSide()
    movers = [
        bridge_to(URL, usual),
        bridge_to(f"{URL}?personal=yes&name=trusted", trusted),
    ]
    write(1)
    for mover in movers:
        mover.move_on()
    (empty,), (whole,) = usual.taken, trusted.taken
    assert empty.get_data() == {"message": ""}
    assert whole.get_data() == {"message": "hello"}
    assert empty.get_attributes() == whole.get_attributes()


def test_an_event_that_commits_late_is_not_skipped(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    mover = bridge_to(URL, other_side)
    late = new_stream()
    with Session(db.engine) as slow:
        record(slow, late, MoreProvided(message="late"), actor="prospect", person=uuid.uuid4())
        written = write(1)
        mover.move_on()
        slow.commit()
    mover.move_on()
    assert sorted(places(other_side.taken)) == sorted([*written, (late, 1)])


def test_an_event_still_uncommitted_when_the_bridge_is_created_is_sent_later(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    write(1)
    late = new_stream()
    with Session(db.engine) as slow:
        record(slow, late, MoreProvided(message="late"), actor="prospect", person=uuid.uuid4())
        mover = bridge_to(URL, other_side)
        slow.commit()
    mover.move_on()
    assert places(other_side.taken) == [(late, 1)]


def test_a_paused_bridge_keeps_its_position_and_resumes_from_there(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write, session: Session
) -> None:
    mover = bridge_to(URL, other_side)
    pause_bridge(session, mover.address.name)
    session.commit()
    written = write(2)
    mover.move_on()
    assert other_side.taken == []
    resume_bridge(session, mover.address.name)
    session.commit()
    mover.move_on()
    assert places(other_side.taken) == written


def test_the_slower_of_two_concurrent_movers_does_not_move_the_position_back(
    bridge_to: BridgeTo, other_side: OtherSide, write: Write
) -> None:
    """For instance, the lock was lost with its connection while the first was still sending."""
    mover = bridge_to(URL, other_side)
    write(3)
    second = OtherSide()

    def overtaken(batch: Sequence[CloudEvent]) -> Sent:
        Mover(mover.session, mover.address, second).move_on()
        return Sent(1)

    other_side.answer = overtaken
    mover.move()
    assert len(second.taken) == 3
    assert not mover.move()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_fails_nothing_is_lost_and_streams_keep_their_order(
    seed: int,
    bridge_to: BridgeTo,
    other_side: OtherSide,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(forward, "BATCH", chance.randint(1, 9))
    mover = bridge_to(URL, other_side)
    written = write(chance.randint(1, 8), streams=chance.randint(1, 4))
    seen: list[CloudEvent] = []

    def unreliable(batch: Sequence[CloudEvent]) -> Sent:
        """Take some events and confirm some of those: a confirmation can get lost."""
        took = chance.randint(0, len(batch))
        seen.extend(batch[:took])
        settled = chance.randint(0, took)
        return Sent(settled, trouble="" if settled == len(batch) else "cut off")

    other_side.answer = unreliable
    while mover.move() or mover.bridge.failures:
        pass
    check_nothing_is_lost_or_out_of_order(places(seen), written)


def test_the_figures_give_the_position_of_each_bridge(
    app: Flask,
    bridge_to: BridgeTo,
    other_side: OtherSide,
    write: Write,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mover = bridge_to(URL, other_side)
    new = msgspec.structs.replace(mover.address, name="never opened")
    bridges = {address.name: address for address in (mover.address, new)}
    monkeypatch.setitem(app.extensions, "bridges", bridges)
    write(3)
    other_side.answer = stops_after(1)
    mover.move_on()
    (stuck, _), since = bridge_figures(session), utc_now()
    assert stuck.away_since is None
    times = {"opened_at": since, "next_probe_at": since}
    session.add(CircuitRecord(name=circuit_of(URL), state="open", **times))
    session.flush()
    stuck, unopened = bridge_figures(session)
    assert stuck.away_since == since and unopened.away_since is None
    assert (stuck.name, stuck.lag, stuck.failures, stuck.last_error) == (URL, 2, 1, "away")
    assert stuck.oldest_seconds > 0 and stuck.position and stuck.sent_at and not stuck.paused_at
    assert (unopened.name, unopened.lag) == ("never opened", 0)
