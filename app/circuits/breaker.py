"""The state machine of a circuit: state, outcome and time in, new state out.

closed: calls pass, and failures in a row are counted. open: none passes until the pause is over.
half_open: one call is let through as a probe; it closes the circuit or opens it again for longer.
(M. Nygard, "Release It!", 2007.)
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

State = Literal["closed", "open", "half_open"]

# A task is ended after 60 seconds, so a probe that says nothing for longer has died.
PROBE_SECONDS = 60.0


class Policy(msgspec.Struct, frozen=True):
    """The circuit opens after ``max_failures`` failures in a row, at first for at most ``base``
    seconds, twice as long after each failed probe, never for longer than ``cap``."""

    base: float
    cap: float
    max_failures: int


class Circuit(msgspec.Struct, frozen=True):
    """``opened_at`` is when the trouble began; ``next_probe_at`` is when the pause is over, or when
    the probe under way counts as dead. Each change of state begins a new ``generation``: the
    outcome of a call from an older one is ignored."""

    state: State = "closed"
    failures: int = 0
    generation: int = 0
    opened_at: datetime | None = None
    next_probe_at: datetime | None = None


def admit(circuit: Circuit, now: datetime) -> Circuit | None:
    """The circuit with a call under way, or None if no call may pass now."""
    if circuit.next_probe_at is None:
        return circuit
    if now < circuit.next_probe_at:
        return None
    return msgspec.structs.replace(
        circuit,
        state="half_open",
        generation=circuit.generation + 1,
        next_probe_at=now + timedelta(seconds=PROBE_SECONDS),
    )


def succeed(circuit: Circuit) -> Circuit:
    """The circuit after a call that the service answered."""
    is_probe = circuit.state == "half_open"
    return Circuit(generation=circuit.generation + is_probe)


def fail(circuit: Circuit, now: datetime, policy: Policy, chance: float) -> Circuit:
    """The circuit after a failed call. ``chance``, from 0 to 1, picks the pause from its range."""
    failures = circuit.failures + 1
    if circuit.state == "closed" and failures < policy.max_failures:
        return msgspec.structs.replace(circuit, failures=failures)
    return Circuit(
        state="open",
        failures=failures,
        generation=circuit.generation + 1,
        opened_at=circuit.opened_at or now,
        next_probe_at=now + pause_after(failures, policy, chance),
    )


def pause_after(failures: int, policy: Policy, chance: float) -> timedelta:
    """Between half of the bound and all of it, so that not all circuits probe at the same time."""
    probes_failed = max(failures - policy.max_failures, 0)
    bound = min(policy.cap, policy.base * 2.0 ** min(probes_failed, 32))
    return timedelta(seconds=bound * (0.5 + chance / 2))
