"""A state machine for deliveries: rules for what can happen to them, and a model of the result."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.delivery import claims
from app.events.delivery.claims import Claim, mark_failed
from app.events.delivery.dead_letters import replay_dead_letter
from app.events.delivery.handling import Outcome, deliver
from app.events.delivery.pausing import pause_subscriber, resume_subscriber
from app.events.delivery.relay import relay_batch
from app.events.delivery.sweep import take_due_deliveries
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent
from app.platform.database import autocommit
from app.platform.retry import RetryPolicy
from tests.integration.events.conftest import LEASE, PERSON, RUN_OUT, keeper_of, new_stream

MOST_ATTEMPTS = 3
POLICY = RetryPolicy(base=0, cap=0, max_attempts=MOST_ATTEMPTS)
SUBSCRIBERS = ("made_up.first", "made_up.second")
DELIVERIES = text(
    "SELECT id, subscriber, stream, stream_version, status, attempts FROM deliveries ORDER BY id"
)
EFFECT = text(
    "INSERT INTO effects (subscriber, stream, version) VALUES (:subscriber, :stream, :version)"
)
EFFECTS = text("SELECT subscriber, stream, version FROM effects ORDER BY place")

which = st.integers(min_value=0, max_value=99)


class Expected:
    """The expected state of a delivery. ``tries`` counts the handler's starts since the beginning
    or the last replay; ``is_held`` means that it has a valid lease."""

    def __init__(self, subscriber: str, stream: str, version: int) -> None:
        self.subscriber, self.stream, self.version = subscriber, stream, version
        self.status = "waiting"
        self.attempts = self.tries = self.number = 0
        self.is_held = False

    def claim(self) -> None:
        self.attempts += 1
        self.number += 1
        self.is_held = True
        self.tries += self.attempts <= MOST_ATTEMPTS

    def fail(self) -> None:
        self.number += 1
        self.attempts = min(self.attempts, MOST_ATTEMPTS)
        self.status = "dead" if self.attempts == MOST_ATTEMPTS else "waiting"
        self.is_held = False


class Deliveries(RuleBasedStateMachine):
    def __init__(self, session: Session, empty: Callable[[], object]) -> None:
        super().__init__()
        self.session, self.empty = session, empty
        self.subscriptions = Subscriptions(
            {MoreProvided: (self._handler("first"), self._handler("second"))}
        )
        self.keeper = keeper_of(LEASE)

    def _handler(self, name: str) -> Callable[[Session, RecordedEvent], None]:
        def handler(session: Session, recorded: RecordedEvent) -> None:
            values = {"stream": recorded.stream, "version": recorded.version}
            session.execute(EFFECT, values | {"subscriber": f"made_up.{name}"})
            if self.fails:
                raise RuntimeError

        handler.__name__, handler.__module__ = name, "tests.made_up.subscribers"
        return handler

    @initialize()
    def start(self) -> None:
        self.session.rollback()
        self.empty()
        self.streams = [new_stream() for _ in range(3)]
        self.expected: dict[int, Expected] = {}
        self.recorded = 0
        self.sent: list[int] = []
        self.silent: list[Claim] = []
        self.paused: set[str] = set()
        self.fails = False

    def may_begin(self, delivery_id: int) -> bool:
        """Whether a worker may begin it: it waits, is not claimed, is first in its stream, and its
        subscriber is not paused."""
        wanted = self.expected[delivery_id]
        is_first = all(
            other.status == "done"
            for other in self.expected.values()
            if (other.subscriber, other.stream) == (wanted.subscriber, wanted.stream)
            and other.version < wanted.version
        )
        is_free = wanted.status == "waiting" and not wanted.is_held
        return is_first and is_free and wanted.subscriber not in self.paused

    def any_of(self, number: int) -> int:
        return list(self.expected)[number % len(self.expected)]

    @rule(stream=st.integers(0, 2))
    def record(self, stream: int) -> None:
        event = MoreProvided(message="hello")
        record(self.session, self.streams[stream], event, actor="prospect", person=PERSON)
        self.session.commit()
        self.recorded += 1

    @rule()
    def relay(self) -> None:
        while relay_batch(self.subscriptions, self.sent.extend):
            pass
        for row in self.session.execute(DELIVERIES):
            new = Expected(row.subscriber, row.stream, row.stream_version)
            self.expected.setdefault(row.id, new)
        self.session.commit()
        assert len(self.expected) == self.recorded * len(SUBSCRIBERS)

    @precondition(lambda self: self.sent)
    @rule(number=which)
    def lose_a_task(self, number: int) -> None:
        del self.sent[number % len(self.sent)]

    @precondition(lambda self: self.sent)
    @rule(number=which, fails=st.booleans())
    def deliver_a_task(self, number: int, fails: bool) -> None:
        self._deliver(self.sent.pop(number % len(self.sent)), fails)

    @precondition(lambda self: self.expected)
    @rule(number=which, fails=st.booleans())
    def deliver_what_nobody_sent(self, number: int, fails: bool) -> None:
        """Deliver a task that was repeated, late or wrong."""
        self._deliver(self.any_of(number), fails)

    def _deliver(self, delivery_id: int, fails: bool) -> None:
        self.fails = fails
        wanted, outcome = self.expected[delivery_id], Outcome.SKIPPED
        if self.may_begin(delivery_id):
            wanted.claim()
            if fails or wanted.attempts > MOST_ATTEMPTS:
                wanted.fail()
                outcome = Outcome.DEAD if wanted.status == "dead" else Outcome.FAILED
            else:
                wanted.status, wanted.is_held = "done", False
                outcome = Outcome.DONE
        task = (self.session, [delivery_id], self.subscriptions, POLICY, self.keeper)
        assert deliver(*task, self.sent.extend) == {delivery_id: outcome}
        self.session.commit()

    @precondition(lambda self: self.expected)
    @rule(number=which)
    def fall_silent(self, number: int) -> None:
        """A worker claims the delivery and goes silent, for a while or for ever."""
        delivery_id = self.any_of(number)
        with autocommit() as connection:
            claimed = claims.claim_deliveries(connection, [delivery_id], LEASE)
        assert bool(claimed) == self.may_begin(delivery_id)
        if claimed:
            self.expected[delivery_id].claim()
        self.silent += claimed

    @rule()
    def leases_run_out(self) -> None:
        self.session.execute(RUN_OUT)
        self.session.commit()
        for one in self.expected.values():
            one.is_held = False

    @precondition(lambda self: self.silent)
    @rule(number=which, fails=st.booleans())
    def come_back(self, number: int, fails: bool) -> None:
        """A silent worker comes back and finishes its handler."""
        claim = self.silent.pop(number % len(self.silent))
        wanted = self.expected[claim.delivery_id]
        is_valid = wanted.number == claim.number and wanted.status == "waiting"
        if fails:
            values: dict[str, Any] = {"error": "RuntimeError", "delay": 0, "most": MOST_ATTEMPTS}
            assert bool(mark_failed(self.session, claim, **values)) == is_valid
            if is_valid:
                wanted.fail()
            self.session.commit()
            return
        values = {"subscriber": claim.subscriber, "stream": claim.event.stream}
        self.session.execute(EFFECT, values | {"version": claim.event.version})
        if claims.mark_done(self.session, claim):
            self.session.commit()
        self.session.rollback()
        if is_valid:
            wanted.status, wanted.is_held = "done", False

    @rule(subscriber=st.sampled_from(SUBSCRIBERS))
    def pause(self, subscriber: str) -> None:
        pause_subscriber(self.session, subscriber, actor="staff:ada")
        self.session.commit()
        self.paused.add(subscriber)

    @rule()
    def resume(self) -> None:
        for subscriber in self.paused:
            resume_subscriber(self.session, subscriber, actor="staff:ada")
        self.session.commit()
        self.paused.clear()

    @precondition(lambda self: "dead" in {one.status for one in self.expected.values()})
    @rule(number=which)
    def replay(self, number: int) -> None:
        dead = [key for key, one in self.expected.items() if one.status == "dead"]
        delivery_id = dead[number % len(dead)]
        replay_dead_letter(self.session, delivery_id, actor="staff:ada")
        self.session.commit()
        wanted = self.expected[delivery_id]
        wanted.status, wanted.attempts, wanted.tries = "waiting", 0, 0

    @rule()
    def sweep(self) -> None:
        """The sweep finds exactly the deliveries that may begin, whatever became of their tasks."""
        tasks = take_due_deliveries(self.session, resend_after=0)
        found = [delivery_id for task in tasks for delivery_id in task]
        assert sorted(found) == sorted(filter(self.may_begin, self.expected))
        self.sent += found

    @invariant()
    def each_is_as_expected(self) -> None:
        rows = {row.id: (row.status, row.attempts) for row in self.session.execute(DELIVERIES)}
        self.session.commit()
        assert rows == {key: (one.status, one.attempts) for key, one in self.expected.items()}
        assert all(one.tries <= MOST_ATTEMPTS for one in self.expected.values())

    @invariant()
    def each_has_its_effect_once_and_in_order(self) -> None:
        effects = [tuple(row) for row in self.session.execute(EFFECTS)]
        self.session.commit()
        done = [one for one in self.expected.values() if one.status == "done"]
        assert sorted(effects) == sorted((d.subscriber, d.stream, d.version) for d in done)
        for subscriber in SUBSCRIBERS:
            for stream in self.streams:
                versions = [v for *key, v in effects if key == [subscriber, stream]]
                assert versions == list(range(1, len(versions) + 1))

    def teardown(self) -> None:
        """Once the faults stop, everything is delivered that is not behind a dead letter."""
        if not hasattr(self, "expected"):
            return
        self.relay()
        self.resume()
        self.leases_run_out()
        while due := [key for key in self.expected if self.may_begin(key)]:
            self.sweep()
            for delivery_id in due:
                self._deliver(delivery_id, fails=False)
        self.each_is_as_expected()
        self.each_has_its_effect_once_and_in_order()
        for one in self.expected.values():
            assert one.status != "waiting" or self._stands_behind_a_dead_letter(one)

    def _stands_behind_a_dead_letter(self, waiting: Expected) -> bool:
        return any(
            other.status == "dead" and other.version < waiting.version
            for other in self.expected.values()
            if (other.subscriber, other.stream) == (waiting.subscriber, waiting.stream)
        )
