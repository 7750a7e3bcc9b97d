"""The circuit around a call: its state is read before, and written after a failure or a probe.

While all is well, a call costs one read and no write. The clock is the database's.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import structlog
from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from app.circuits.breaker import Circuit, Policy, admit, fail, succeed
from app.circuits.events import CircuitClosed, CircuitOpened
from app.events.store import record
from app.events.types import stream_of
from app.platform.database import db, kind_of
from app.platform.settings import current_config

log = structlog.get_logger()

READ = text("""
SELECT state, failures, generation, opened_at, next_probe_at, clock_timestamp() AS now
FROM (SELECT 1) AS always LEFT JOIN circuits ON name = :name
""")

START_PROBE = text("""
UPDATE circuits
SET state = :state, generation = :generation, next_probe_at = :next_probe_at
WHERE name = :name AND generation = :generation - 1
""")

ADD = text("INSERT INTO circuits (name) VALUES (:name) ON CONFLICT DO NOTHING")

LOCK = text("""
SELECT state, failures, generation, opened_at, next_probe_at, clock_timestamp() AS now
FROM circuits WHERE name = :name FOR UPDATE
""")

WRITE = text("""
UPDATE circuits
SET state = :state, failures = :failures, generation = :generation, opened_at = :opened_at,
    next_probe_at = :next_probe_at, last_error = coalesce(:error, last_error)
WHERE name = :name
""")

FORGET = text("DELETE FROM circuits WHERE name = :name")


class CircuitOpen(Exception):
    """The service is left alone for now; it was not called."""


@contextmanager
def circuit(
    name: str,
    *,
    is_failure: Callable[[Exception], bool],
    describe: Callable[[Exception], str] = kind_of,
) -> Iterator[None]:
    """Raise CircuitOpen instead of calling a service that keeps failing.

    ``is_failure`` says whether an exception from the call means that the service is in trouble (not
    reached, too slow, closing); any other means that it answered. Both are raised on. ``describe``
    turns a failure into what staff read, without addresses or contents. Use it with no transaction
    open: it opens short ones of its own.
    """
    admitted = _enter(name)
    try:
        yield
    except Exception as error:
        if is_failure(error):
            _settle(name, admitted, describe(error))
        else:
            _settle(name, admitted)
        raise
    _settle(name, admitted)


def forget_circuit(session: Session, name: str) -> None:
    """Reset the circuit: for a service that nobody calls for now, whose circuit would stay open."""
    session.execute(FORGET, {"name": name})


def _enter(name: str) -> Circuit:
    """The circuit as the call passes it. Of many calls that come when a pause is over, one is let
    through. Raises CircuitOpen."""
    with Session(db.engine) as session:
        row = session.execute(READ, {"name": name}).mappings().one()
        found = _circuit_of(row) if row["state"] else Circuit()
        admitted = admit(found, row["now"])
        if admitted is None:
            raise CircuitOpen(name)
        if admitted.state == "half_open":
            started = session.execute(
                START_PROBE, {"name": name, **msgspec.structs.asdict(admitted)}
            )
            if not started.rowcount:  # type: ignore[attr-defined]
                raise CircuitOpen(name)
            session.commit()
            log.info("circuit.probed", circuit=name)
    return admitted


def _settle(name: str, admitted: Circuit, error: str | None = None) -> None:
    """Note the call's outcome, unless the circuit has moved on. ``error`` is a failed call's."""
    if error is None and succeed(admitted) == admitted:
        return
    with Session(db.engine) as session:
        session.execute(ADD, {"name": name})
        row = session.execute(LOCK, {"name": name}).mappings().one()
        before = _circuit_of(row)
        if before.generation != admitted.generation:
            return
        after = fail(before, row["now"], _policy(), random.random()) if error else succeed(before)
        session.execute(WRITE, {"name": name, "error": error, **msgspec.structs.asdict(after)})
        _tell(session, name, before, after, error)
        session.commit()


def _tell(session: Session, name: str, before: Circuit, after: Circuit, error: str | None) -> None:
    """Log a change of state; the beginning and the end of trouble are events as well."""
    if after.state == before.state:
        return
    log.warning(
        "circuit.changed", circuit=name, state=after.state, failures=after.failures, error=error
    )
    if after.state == "closed":
        news: CircuitClosed | CircuitOpened = CircuitClosed(name=name)
    elif before.state == "closed":
        news = CircuitOpened(name=name, failures=after.failures, error=error or "")
    else:
        return
    record(session, stream_of("circuit", name), news, actor="system:circuits")


def _circuit_of(row: RowMapping) -> Circuit:
    return Circuit(**{field: row[field] for field in Circuit.__struct_fields__})


def _policy() -> Policy:
    config = current_config()
    return Policy(
        base=config.CIRCUIT_PAUSE_SECONDS,
        cap=config.CIRCUIT_PAUSE_CAP_SECONDS,
        max_failures=config.CIRCUIT_MAX_FAILURES,
    )
