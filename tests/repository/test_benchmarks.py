"""The benchmarks still measure what they say. How fast anything is, no test asks."""

from pathlib import Path

import psycopg

from benchmarks.bare_view import bare_view
from benchmarks.pgbench import run_pgbench
from benchmarks.ring import EARS, TABLES, TRANSACTIONS, Servers, times_until_heard
from benchmarks.site import measured_site
from local.postgres import Postgres
from local.redis import Redis

FEW = 20


def test_submits_and_bare_inserts_can_be_counted(
    postgres: Postgres, redis_server: Redis, tmp_path: Path
) -> None:
    with measured_site(postgres, redis_server, "web") as measured:
        assert measured.submit(FEW, connections=2).rate > 0
        with bare_view(measured.site.settings, tmp_path) as bare:
            for path in ("/two-statements", "/one-statement"):
                bare.submit(path, FEW, connections=2)
        assert measured.site.value("SELECT count(*) FROM bare_events") == 2 * FEW


def test_every_way_to_ring_is_heard(postgres: Postgres, redis_server: Redis) -> None:
    servers = Servers(postgres.create_database("ring"), redis_server.url)
    with psycopg.connect(servers.database_url) as connection:
        connection.execute(TABLES)
    for way in EARS:
        assert len(times_until_heard(servers, way, FEW)) == FEW
    for script in TRANSACTIONS.values():
        run_pgbench(servers.database_url, script, FEW, clients=2)
    with psycopg.connect(servers.database_url) as connection:
        stored = connection.execute("SELECT count(*) FROM outbox").fetchone()
    assert stored == ((len(EARS) + 2) * FEW,)
