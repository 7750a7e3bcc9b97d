"""Random sequences of steps, checked against a model of what may become of each delivery."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.delivery import claims
from local.postgres import Postgres
from tests.integration.events.machine import SUBSCRIBERS, Deliveries

# A table without keys: only the delivery itself prevents a second effect.
MAKE_EFFECTS = """
CREATE TABLE effects (
    place int GENERATED ALWAYS AS IDENTITY, subscriber text, stream text, version int
)
"""
DROP_EFFECTS = "DROP TABLE effects"
EMPTY = """
SET session_replication_role = replica;
DELETE FROM deliveries; DELETE FROM events; DELETE FROM paused_subscribers; DELETE FROM effects
"""


@pytest.fixture
def machine(
    session: Session, postgres: Postgres, as_owner: Callable[[str], None]
) -> Iterator[Callable[[], Deliveries]]:
    as_owner(MAKE_EFFECTS)
    with psycopg.connect(postgres.url_of("site"), autocommit=True) as all_powerful:
        yield partial(Deliveries, session, lambda: all_powerful.execute(EMPTY.encode()))
    session.rollback()
    as_owner(DROP_EFFECTS)


def test_whatever_happens_deliveries_keep_their_promises(machine: Callable[[], Deliveries]) -> None:
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # it also takes a factory
        settings=settings(
            max_examples=6,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )


Course = Sequence[Callable[[Deliveries], None]]
ONE: Course = [lambda it: it.record(stream=0), lambda it: it.relay()]
CLAIMED: Course = [*ONE, lambda it: it.fall_silent(number=0)]
FAIL: Course = [lambda it: it.deliver_what_nobody_sent(number=0, fails=True)]
SUCCEED: Course = [lambda it: it.deliver_what_nobody_sent(number=0, fails=False)]
# A statement, its guard, its text without the guard, and a course that shows the difference.
GUARDS: dict[str, tuple[str, str, str, Course]] = {
    "order": (
        "CLAIM",
        "earlier.status <> 'done'",
        "false",
        [*ONE, *ONE, lambda it: it.deliver_what_nobody_sent(number=2, fails=False)],
    ),
    "lease": ("CLAIM", "not_before <= clock_timestamp()", "true", [*CLAIMED, *SUCCEED]),
    "pause": (
        "CLAIM",
        "p.subscriber = candidate.subscriber",
        "false",
        [*ONE, lambda it: it.pause(subscriber=SUBSCRIBERS[0]), *SUCCEED],
    ),
    "fence": (
        "DONE",
        "claim = :claim",
        ":claim = :claim",
        [
            *CLAIMED,
            lambda it: it.leases_run_out(),
            lambda it: it.fall_silent(number=0),
            lambda it: it.come_back(number=0, fails=False),
        ],
    ),
    "cap": ("FAILED", "attempts >= :most", "attempts > :most", [*ONE, *FAIL, *FAIL, *FAIL]),
}


def follow(machine: Deliveries, course: Course) -> None:
    machine.start()
    for step in course:
        step(machine)
        machine.each_is_as_expected()
        machine.each_has_its_effect_once_and_in_order()


@pytest.mark.parametrize("guard", GUARDS)
def test_removing_any_guard_breaks_a_promise(
    machine: Callable[[], Deliveries], guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controls."""
    statement, held, loose, course = GUARDS[guard]
    follow(machine(), course)
    guarded = getattr(claims, statement).text
    assert held in guarded
    monkeypatch.setattr(claims, statement, text(guarded.replace(held, loose)))
    with pytest.raises(AssertionError):
        follow(machine(), course)
