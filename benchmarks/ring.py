"""Ways to wake the relay: what each costs a commit, and how soon a listener hears it.

First with pgbench, for what an outbox row and a NOTIFY cost alone (the figures in the article on
event-driven architecture); then with writers in Python that ring as the site would.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

import psycopg
import redis

from app.events.bell import CHANNEL, Bell
from benchmarks.pgbench import run_pgbench
from benchmarks.turns import Load, percentiles, print_loads, print_times, take_turns
from local.postgres import temporary_postgres
from local.redis import temporary_redis

TABLES = """
CREATE TABLE orders (id uuid PRIMARY KEY, sku text, quantity int, status text);
CREATE TABLE outbox (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    stream     text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    type       text NOT NULL,
    data       jsonb NOT NULL,
    relayed_at timestamptz,
    UNIQUE (stream, version)
);
CREATE INDEX outbox_unrelayed ON outbox (position) WHERE relayed_at IS NULL;
"""
INSERT = "INSERT INTO orders VALUES (gen_random_uuid(), 'A-17', 2, 'placed');"
OUTBOX = """INSERT INTO outbox (stream, version, type, data) VALUES
('order-' || gen_random_uuid(), 1, 'order.placed', '{"sku": "A-17", "quantity": 2}');"""
NOTIFY = f"NOTIFY {CHANNEL};"
TRANSACTIONS = {
    "an insert": f"BEGIN; {INSERT} COMMIT;",
    "an insert and an outbox row": f"BEGIN; {INSERT} {OUTBOX} COMMIT;",
    "the same with NOTIFY in the transaction": f"BEGIN; {INSERT} {OUTBOX} {NOTIFY} COMMIT;",
}
CLIENTS = 8
PROCESSES, THREADS = 2, 8
PATIENCE = 10.0
# After a ring the bell's thread pauses; the next ring must not have to wait for that.
PAUSE = 0.02


class Servers(NamedTuple):
    database_url: str
    redis_url: str


Ring = Callable[[], object]
# By name: an extra statement in the transaction, and what is done right after the commit.
WAYS: dict[str, tuple[str, Callable[[Servers], Ring]]] = {
    "no ring": ("", lambda _: lambda: None),
    "NOTIFY in the transaction": (NOTIFY, lambda _: lambda: None),
    "NOTIFY after it, by the bell's thread": ("", lambda servers: Bell(servers.database_url).ring),
    "PUBLISH in Redis after it": (
        "",
        lambda servers: partial(redis.Redis.from_url(servers.redis_url).publish, CHANNEL, ""),
    ),
}


def main() -> None:
    options = parse_options()
    with temporary_postgres(fast=False) as postgres, temporary_redis() as broker:
        servers = Servers(postgres.create_database("ring"), broker.url)
        with psycopg.connect(servers.database_url) as connection:
            connection.execute(TABLES)
        transactions = {
            name: partial(run_pgbench, servers.database_url, script, clients=CLIENTS)
            for name, script in TRANSACTIONS.items()
        }
        counted = take_turns(transactions, options.rounds, options.commits)
        print_loads(counted, "an insert")
        ways = {way: partial(run_writers, servers, way) for way in WAYS}
        print_loads(take_turns(ways, options.rounds, options.commits // 2), "no ring")
        heard = {way: times_until_heard(servers, way, options.rings) for way in EARS}
        print_times(heard, "NOTIFY in the transaction")


def run_writers(servers: Servers, way: str, count: int) -> Load:
    """Make ``count`` commits from all threads of a few processes, each followed by its ring."""
    share = count // PROCESSES // THREADS
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        parts = list(processes.map(partial(_write, servers, way), [share] * PROCESSES))
    latencies = [end - start for part in parts for start, end in part]
    started = min(start for part in parts for start, _ in part)
    ended = max(end for part in parts for _, end in part)
    return Load(len(latencies) / (ended - started), *percentiles(latencies))


def _write(servers: Servers, way: str, share: int) -> list[tuple[float, float]]:
    in_transaction, ring_for = WAYS[way]
    ring = ring_for(servers)

    def commit_and_ring(_: int) -> list[tuple[float, float]]:
        spans = []
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            for _ in range(share):
                started_at = time.monotonic()
                commit(connection, in_transaction)
                ring()
                spans.append((started_at, time.monotonic()))
        return spans

    with ThreadPoolExecutor(THREADS) as threads:
        return [span for spans in threads.map(commit_and_ring, range(THREADS)) for span in spans]


def commit(connection: psycopg.Connection, in_transaction: str) -> None:
    with connection.transaction():
        connection.execute(INSERT)
        connection.execute(OUTBOX)
        if in_transaction:
            connection.execute(in_transaction)


def times_until_heard(servers: Servers, way: str, count: int) -> list[float]:
    """Seconds from the end of a commit until a listener wakes up, one commit at a time."""
    in_transaction, ring_for = WAYS[way]
    ring = ring_for(servers)
    times = []
    connected = psycopg.connect(servers.database_url, autocommit=True)
    with connected as writer, EARS[way](servers) as hear:
        for _ in range(count):
            time.sleep(PAUSE)
            commit(writer, in_transaction)
            committed_at = time.perf_counter()
            ring()
            assert hear(), "The ring was not heard."
            times.append(time.perf_counter() - committed_at)
    return times


@contextmanager
def postgres_ear(servers: Servers) -> Iterator[Callable[[], object]]:
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield lambda: list(connection.notifies(timeout=PATIENCE, stop_after=1))


@contextmanager
def redis_ear(servers: Servers) -> Iterator[Callable[[], object]]:
    with redis.Redis.from_url(servers.redis_url) as client, client.pubsub() as listener:
        listener.subscribe(CHANNEL)
        listener.get_message(timeout=PATIENCE)  # the confirmation of the subscription
        yield lambda: listener.get_message(timeout=PATIENCE)


EARS = {
    "NOTIFY in the transaction": postgres_ear,
    "NOTIFY after it, by the bell's thread": postgres_ear,
    "PUBLISH in Redis after it": redis_ear,
}


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ring")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commits", type=int, default=20_000, help="of each kind, in each round")
    parser.add_argument("--rings", type=int, default=200, help="of each way, one at a time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
