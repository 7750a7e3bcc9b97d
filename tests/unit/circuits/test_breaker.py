"""The rules of a circuit breaker, checked against a simpler model of the same calls."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from app.circuits.breaker import PROBE_SECONDS, Circuit, Policy, admit, fail, pause_after, succeed

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = Policy(base=8.0, cap=60.0, max_failures=3)
CHANCES = st.floats(0, 1)


class CallsToAService(RuleBasedStateMachine):
    """Calls begin, and end in any order. The model has no generations: it remembers the consecutive
    failures, since when calls pause, and which call is the probe."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.circuit = Circuit()
        self.now = START
        self.failures = 0
        self.paused_at: datetime | None = None
        self.pause = timedelta()
        self.probe: int | None = None
        self.probed_at = START
        self.begun = 0
        self.oldest_that_counts = 0

    @rule(seconds=st.floats(0, 90))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(target=calls)
    def a_call_begins(self) -> tuple[int, Circuit] | None:
        admitted = admit(self.circuit, self.now)
        assert (admitted is not None) is self.may_pass()
        if admitted is None:
            return None
        self.begun += 1
        if self.paused_at is not None:
            self.probe, self.probed_at = self.begun, self.now
        self.circuit = admitted
        return self.begun, admitted

    def may_pass(self) -> bool:
        if self.paused_at is None:
            return True
        if self.probe is not None:
            return self.now - self.probed_at >= timedelta(seconds=PROBE_SECONDS)
        return self.now - self.paused_at >= self.pause

    def counts(self, number: int) -> bool:
        """While calls pause, only the probe counts; otherwise, calls begun since they resumed."""
        if self.paused_at is not None:
            return number == self.probe
        return number > self.oldest_that_counts

    @rule(call=consumes(calls))
    def a_call_succeeds(self, call: tuple[int, Circuit] | None) -> None:
        if call is None or call[1].generation != self.circuit.generation:
            assert call is None or not self.counts(call[0])
            return
        assert self.counts(call[0])
        self.circuit = succeed(self.circuit)
        if self.probe is not None:
            self.oldest_that_counts = self.begun
        self.failures, self.paused_at, self.probe = 0, None, None

    @rule(call=consumes(calls), chance=CHANCES)
    def a_call_fails(self, call: tuple[int, Circuit] | None, chance: float) -> None:
        if call is None or call[1].generation != self.circuit.generation:
            assert call is None or not self.counts(call[0])
            return
        assert self.counts(call[0])
        self.circuit = fail(self.circuit, self.now, POLICY, chance)
        self.failures += 1
        if self.failures >= POLICY.max_failures:
            assert self.circuit.next_probe_at
            self.paused_at, self.probe = self.now, None
            self.pause = self.circuit.next_probe_at - self.now
            bound = min(60.0, 8.0 * 2 ** (self.failures - 3))
            assert bound / 2 <= self.pause.total_seconds() <= bound

    @invariant()
    def its_state_is_what_the_model_says(self) -> None:
        paused = "half_open" if self.probe is not None else "open"
        assert self.circuit.state == ("closed" if self.paused_at is None else paused)
        assert self.circuit.failures == self.failures
        assert (self.circuit.opened_at is None) == (self.paused_at is None)


TestCallsToAService = CallsToAService.TestCase


def after(failures: int, circuit: Circuit | None = None) -> Circuit:
    circuit = circuit or Circuit()
    for _ in range(failures):
        circuit = fail(circuit, START, POLICY, chance=1)
    return circuit


def test_a_success_between_failures_keeps_the_circuit_closed() -> None:
    assert after(2, succeed(after(2))).state == "closed"
    assert after(3).state == "open"


def test_trouble_is_dated_from_its_beginning_however_many_probes_fail() -> None:
    probe = admit(after(3), START + timedelta(seconds=8))
    assert probe
    again = fail(probe, START + timedelta(seconds=9), POLICY, chance=1)
    assert again.opened_at == START
    assert again.next_probe_at == START + timedelta(seconds=9 + 16)


def test_a_probe_that_died_makes_room_for_another() -> None:
    probed_at = START + timedelta(seconds=8)
    probe = admit(after(3), probed_at)
    assert probe and admit(probe, probed_at + timedelta(seconds=PROBE_SECONDS - 1)) is None
    another = admit(probe, probed_at + timedelta(seconds=PROBE_SECONDS))
    assert another and another.generation == probe.generation + 1


@given(failures=st.integers(0, 10_000), chance=CHANCES)
def test_no_pause_is_longer_than_the_cap_nor_shorter_than_half_the_first(
    failures: int, chance: float
) -> None:
    assert 4.0 <= pause_after(failures, POLICY, chance).total_seconds() <= 60.0


@pytest.mark.parametrize(("failures", "seconds"), [(3, 8), (4, 16), (5, 32), (6, 60), (7, 60)])
def test_pauses_double_up_to_the_cap(failures: int, seconds: int) -> None:
    assert pause_after(failures, POLICY, 1.0) == timedelta(seconds=seconds)
