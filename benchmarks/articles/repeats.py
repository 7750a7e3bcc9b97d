"""Runs code that articles print with repeated deliveries, from many threads at the same time."""

import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg

from benchmarks.articles.printed import printed, run_printed
from local.postgres import Postgres

ROWS = 1_000_000
OVERVIEW = "event-driven-architecture"
OUTBOX = "outbox-and-exactly-once-effects"


class DiedHalfwayError(Exception):
    """The worker died between two statements."""


class Fragile(psycopg.Connection[Any]):
    """A connection that dies before one in three outbox rows is written."""

    def execute(self, query: Any, *rest: Any, **named: Any) -> Any:
        if str(query).startswith("INSERT INTO outbox") and random.random() < 1 / 3:
            raise DiedHalfwayError
        return super().execute(query, *rest, **named)


def size_of_marks(postgres: Postgres, rows: int = ROWS) -> int:
    """The bytes that ``rows`` marks of handled events take, with their index."""
    with psycopg.connect(postgres.create_database("marks"), autocommit=True) as connection:
        connection.execute(printed(OVERVIEW, "sql", "CREATE TABLE handled"))
        connection.execute(
            "INSERT INTO handled SELECT 'reserve_stock', gen_random_uuid()"
            " FROM generate_series(1, %s)",
            [rows],
        )
        return _number(connection, "SELECT pg_total_relation_size('handled')")


def reserve(postgres: Postgres, events: int = 100, workers: int = 4) -> tuple[int, int]:
    """Deliver every event to every worker until it is done; return the number of outcomes and the
    remaining stock."""
    reserve_stock = run_printed(OVERVIEW, "def reserve_stock").reserve_stock
    url = postgres.create_database("reserve")
    outbox = printed(OVERVIEW, "sql", "CREATE TABLE outbox").split("-- The request")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(outbox)
        connection.execute(printed(OVERVIEW, "sql", "CREATE TABLE handled"))
        connection.execute("CREATE TABLE stock (sku text PRIMARY KEY, available integer)")
        connection.execute("INSERT INTO stock VALUES ('A-17', %s)", [events // 2])
    told = [
        {"id": uuid.uuid4(), "data": {"order": f"{number}", "sku": "A-17", "quantity": 1}}
        for number in range(events)
    ]

    def work(_: int) -> None:
        with Fragile.connect(url, autocommit=True) as connection:
            for event in random.sample(told, events):
                _until_done(partial(reserve_stock, connection, event))

    _at_once(work, workers)
    with psycopg.connect(url) as connection:
        return (
            _number(connection, "SELECT count(*) FROM outbox"),
            _number(connection, "SELECT available FROM stock"),
        )


class Provider:
    """A provider that charges once per key, and loses one response in three."""

    def __init__(self) -> None:
        self.receipts: dict[str, str] = {}

    def charge(self, cents: int, idempotency_key: str) -> str:
        receipt = self.receipts.setdefault(idempotency_key, f"{cents} by {idempotency_key}")
        if random.random() < 1 / 3:
            raise DiedHalfwayError
        return receipt


def charges(postgres: Postgres, name: str, *, fresh: bool, payments: int = 100) -> int:
    """How often the provider charged when eight threads each retry every payment until it is
    answered."""
    code = printed(OUTBOX, "python", "def charge(")
    if fresh:
        assert "str(key)" in code
        code = code.replace("str(key)", "str(uuid4())")
    known: dict[str, Any] = {"uuid4": uuid.uuid4}
    exec(code, known)
    url = postgres.create_database(name)
    provider = Provider()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(printed(OUTBOX, "sql", "CREATE TABLE charges"))

    def insist(_: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for number in random.sample(range(payments), payments):
                payment = f"payment-{number}"
                _until_done(partial(known["charge"], connection, provider, payment, 100))

    _at_once(insist, 8)
    return len(provider.receipts)


def ledger(postgres: Postgres, payments: int = 50, times: int = 10) -> dict[str, int]:
    """Deliver captures and payouts repeatedly; return the number of postings, and the balances."""
    sql = printed("payment-flow", "sql", "CREATE TABLE postings")
    captured, received = re.findall(r"^INSERT .*?;", sql, re.MULTILINE | re.DOTALL)
    url = postgres.create_database("ledger")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(re.sub(r"^INSERT .*?;", "", sql, flags=re.MULTILINE | re.DOTALL))
    told = [(sql, uuid.uuid4()) for sql in (captured, received) for _ in range(payments)] * times
    random.shuffle(told)

    def post(number: int) -> None:
        with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
            for sql, event in told[number::8]:
                connection.execute(sql, [event])

    _at_once(post, 8)
    clearing = "SELECT cents FROM balances WHERE account = 'card_clearing'"
    with psycopg.connect(url) as connection:
        return {
            "postings": _number(connection, "SELECT count(*) FROM postings"),
            "all balances": _number(connection, "SELECT sum(cents) FROM balances"),
            "card_clearing": _number(connection, clearing),
        }


def _at_once(work: Callable[[int], None], workers: int) -> None:
    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))


def _until_done(act: Callable[[], object]) -> None:
    while True:
        try:
            act()
        except DiedHalfwayError:
            continue
        return


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
