"""Order and consistency: what a lock per stream costs, and one for everything, with pgbench."""

from functools import partial

import psycopg

from benchmarks.pgbench import run_pgbench
from benchmarks.ring import CLIENTS, INSERT, OUTBOX, TABLES
from benchmarks.turns import Loads, take_turns
from local.postgres import Postgres

LOCK = "SELECT pg_advisory_xact_lock({});"
ONE_OF_A_MILLION = "\\set stream random(1, 1000000)\n"
WAYS = {
    "no lock": f"BEGIN; {INSERT} {OUTBOX} COMMIT;",
    "a lock for each stream": (
        f"{ONE_OF_A_MILLION}BEGIN; {LOCK.format(':stream')} {INSERT} {OUTBOX} COMMIT;"
    ),
    "one lock for everything": f"BEGIN; {LOCK.format(0)} {INSERT} {OUTBOX} COMMIT;",
}


def compare_locks(postgres: Postgres, rounds: int, transactions: int) -> Loads:
    """Measure the same two inserts with each lock. ``postgres`` must wait for its disk."""
    url = postgres.create_database("locks")
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
    ways = {name: partial(run_pgbench, url, way, clients=CLIENTS) for name, way in WAYS.items()}
    return take_turns(ways, rounds, transactions)
