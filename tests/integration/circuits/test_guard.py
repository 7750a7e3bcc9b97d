"""The circuit breaker around a call, with its state in the database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.circuits import guard
from app.circuits.breaker import Circuit, admit
from app.circuits.guard import CircuitOpen, circuit
from app.circuits.queries import is_refusing, list_circuits
from app.platform.database import db
from tests.integration.circuits.conftest import NAME, Outage, Service

MANY = 24
AT_ONE_LOOK = 6
UNGUARDED = text("""
UPDATE circuits SET state = :state, generation = :generation, next_probe_at = :next_probe_at
WHERE name = :name
""")
News = Callable[[], list[str]]


def test_while_the_service_works_a_call_costs_one_read_and_no_write(
    app: Flask, session: Session, service: Service
) -> None:
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]).split()[0])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for _ in range(3):
            service.call()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert statements == ["SELECT"] * 3
    assert list_circuits(session) == []


def test_after_enough_failures_in_a_row_the_service_is_not_called(
    service: Service, most: int, news: News
) -> None:
    service.fail(times=most)
    for _ in range(3):
        with pytest.raises(CircuitOpen):
            service.call()
    assert service.calls == most
    record = service.record()
    assert (record.state, record.failures, record.last_error) == ("open", most, "Outage")
    assert news() == ["circuit.opened"]


def test_an_answer_between_failures_resets_the_count(service: Service, most: int) -> None:
    service.fail(times=most - 1)
    service.call()
    service.fail(times=most - 1)
    assert service.record().state == "closed"


def test_a_refusal_counts_as_an_answer_and_is_raised_to_the_caller(
    service: Service, most: int
) -> None:
    service.fail(times=most - 1)
    service.error = ValueError("no such customer")
    with pytest.raises(ValueError, match="no such customer"):
        service.call()
    assert service.record().failures == 0


def test_a_probe_that_is_answered_closes_the_circuit(
    service: Service, most: int, news: News
) -> None:
    service.fail(times=most)
    service.end_pause()
    service.call()
    service.call()
    record = service.record()
    assert (record.state, record.failures, record.opened_at) == ("closed", 0, None)
    assert record.last_error == "Outage"
    assert news() == ["circuit.opened", "circuit.closed"]


def test_a_probe_that_fails_prolongs_the_pause_and_is_not_announced_again(
    service: Service, session: Session, most: int, news: News
) -> None:
    service.fail(times=most)
    began = service.record().opened_at
    for _ in range(4):
        service.end_pause()
        service.fail(times=1)
    record = service.record()
    assert (record.state, record.failures, record.opened_at) == ("open", most + 4, began)
    left = session.scalar(text("SELECT extract(epoch FROM next_probe_at - now()) FROM circuits"))
    assert 70 < float(left or 0) <= 160
    assert news() == ["circuit.opened"]


def test_only_one_of_many_callers_probes_at_the_end_of_a_pause(
    app: Flask, service: Service, most: int
) -> None:
    service.fail(times=most)
    service.end_pause()
    together, others_refused = threading.Barrier(MANY), threading.Semaphore(0)

    def call(_: int) -> bool:
        with app.app_context():
            together.wait()
            try:
                with circuit(NAME, is_failure=lambda _: True):
                    for _ in range(MANY - 1):
                        assert others_refused.acquire(timeout=20)
            except CircuitOpen:
                others_refused.release()
                return False
            return True

    with ThreadPoolExecutor(MANY) as threads:
        assert sum(threads.map(call, range(MANY))) == 1
    assert service.record().state == "closed"


@pytest.mark.parametrize(("is_guarded", "probes"), [(True, 1), (False, AT_ONE_LOOK)])
def test_of_callers_who_see_the_end_of_a_pause_at_the_same_moment_only_the_first_probes(
    app: Flask,
    service: Service,
    most: int,
    monkeypatch: pytest.MonkeyPatch,
    is_guarded: bool,
    probes: int,
) -> None:
    """The control takes the guard out of the update."""
    service.fail(times=most)
    service.end_pause()
    together = threading.Barrier(AT_ONE_LOOK)

    def admit_together(*args: object) -> Circuit | None:
        together.wait()
        return admit(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(guard, "admit", admit_together)
    if not is_guarded:
        monkeypatch.setattr(guard, "START_PROBE", UNGUARDED)

    def enter(_: int) -> bool:
        with app.app_context():
            try:
                guard._enter(NAME)
            except CircuitOpen:
                return False
            return True

    with ThreadPoolExecutor(AT_ONE_LOOK) as threads:
        assert sum(threads.map(enter, range(AT_ONE_LOOK))) == probes


def test_a_probe_that_dies_makes_room_for_another_and_can_change_nothing_later(
    service: Service, session: Session, most: int
) -> None:
    service.fail(times=most)
    service.end_pause()
    with pytest.raises(KeyboardInterrupt), circuit(NAME, is_failure=lambda _: True):
        raise KeyboardInterrupt
    assert service.record().state == "half_open" and is_refusing(session, NAME)
    service.end_pause()
    late = circuit(NAME, is_failure=lambda _: True)
    late.__enter__()
    service.end_pause()
    service.call()  # the next probe succeeds
    late.__exit__(Outage, Outage(), None)
    record = service.record()
    assert (record.state, record.failures) == ("closed", 0)
