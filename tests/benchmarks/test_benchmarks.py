"""Each benchmark with a few requests, events or visitors."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest

from benchmarks.appends import TABLE, append_raw
from benchmarks.backbone import measured_backbone
from benchmarks.bare_view import bare_view
from benchmarks.fill import fill_log
from benchmarks.flows import handlers, publishers
from benchmarks.form import CHANGED, STEP
from benchmarks.labs import compare_latencies
from benchmarks.lag import measure_lags
from benchmarks.load import fetch
from benchmarks.pages import PAGES, ReadSite
from benchmarks.pgbench import run_pgbench
from benchmarks.replays import fold_in_batches, fold_in_sql, read_rows, replay
from benchmarks.ring import EARS, TABLES, TRANSACTIONS, Servers, times_until_heard
from benchmarks.site import MeasuredSite
from benchmarks.sizes import STEPS, costs_by_size, logs_of
from local.postgres import Postgres
from local.redis import Redis
from tests.forked_process import ForkedProcess
from tests.settled import wait_until_settled

FEW = 8


@pytest.fixture
def driven_from_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each load a process of its own, which would have to load pytest first."""
    monkeypatch.setattr(
        "benchmarks.load.ProcessPoolExecutor", lambda count, **_: ThreadPoolExecutor(count)
    )


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork the measured relays and workers, whose start is not what is measured."""
    monkeypatch.setattr("benchmarks.backbone.Process", ForkedProcess)


def test_submits_and_bare_inserts_can_be_counted(measured: MeasuredSite, tmp_path: Path) -> None:
    assert measured.submit(FEW, connections=2).rate > 0
    with bare_view(measured.site.settings, tmp_path) as bare:
        for path in ("/two-statements", "/one-statement"):
            bare.submit(path, FEW, connections=2)
    assert measured.site.value("SELECT count(*) FROM bare_events") == 2 * FEW


@pytest.mark.usefixtures("driven_from_a_thread")
def test_pages_and_autosaves_can_be_counted(measured: MeasuredSite, tmp_path: Path) -> None:
    request = measured.step_request(STEP.key)
    assert measured.get_step(request, FEW, connections=2).rate > 0
    assert measured.autosave(STEP.key, CHANGED, FEW, connections=2).rate > 0
    for path in PAGES.values():
        page = ReadSite(measured.port, path)
        assert page.see(FEW, connections=2).rate > 0
        assert page.ask(FEW, connections=2).rate > 0
    (tmp_path / "page").write_bytes(fetch(measured.port, request)[1])
    settings = {**measured.site.settings, "BARE_PAGE": str(tmp_path / "page")}
    with bare_view(settings, tmp_path) as bare:
        assert bare.get_page(FEW, connections=2).rate > 0
        assert bare.get_known_page(FEW, connections=2).rate > 0
        assert bare.autosave("any=field", FEW, connections=2).rate > 0


def test_submits_can_be_measured_beside_a_crowd_in_the_labs(measured: MeasuredSite) -> None:
    submit = partial(measured.submit, FEW, connections=1, pause=0.01)
    loads, answers = compare_latencies(measured, submit, rounds=1, visitors=30)
    assert {len(rounds) for rounds in loads.values()} == {1}
    assert answers["sandboxes"] == 24
    assert answers["200"] > 0 and set(answers) <= {"200", "204", "303", "sandboxes"}


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


def test_events_are_appended_read_and_folded(postgres: Postgres, redis_server: Redis) -> None:
    with measured_backbone(postgres, redis_server) as backbone:
        fill_log(postgres, backbone.url.rpartition("/")[2], FEW)
        for together in (1, FEW):
            backbone.append(FEW, together)
        with psycopg.connect(backbone.url) as connection:
            connection.execute(TABLE)
            append_raw(connection, FEW, together=FEW)
        wait_until_settled()
        replay(3 * FEW)
        read_rows(backbone.url, 3 * FEW)
        for fold in (fold_in_batches, fold_in_sql):
            fold(3 * FEW)
            assert backbone.site.value("SELECT count(*) FROM site_scored") == 3 * FEW
        assert backbone.site.value("SELECT count(*) FROM raw_events") == FEW


@pytest.mark.usefixtures("forked")
def test_events_and_bare_tasks_flow_through_a_worker(
    postgres: Postgres, redis_server: Redis
) -> None:
    with measured_backbone(postgres, redis_server) as backbone:
        for run in (publishers(backbone) | handlers(backbone)).values():
            assert run(3 * FEW).rate > 0
        lags = measure_lags(backbone, rate=100, count=FEW)
        assert {len(lag) for lag in lags} == {FEW}
        assert all(lag > 0 for lag in lags.due_to_started)


def test_each_step_of_an_event_has_a_cost_at_each_size(
    postgres: Postgres, redis_server: Redis
) -> None:
    sizes = (FEW, 5 * FEW)
    with logs_of(postgres, redis_server, sizes) as logs:
        costs = costs_by_size(logs, rounds=1, count=FEW)
        assert all(costs[size][0][step] > 0 for size in sizes for step in STEPS)
        for backbone in logs.values():
            assert not backbone.site.value("SELECT count(*) FROM deliveries WHERE status <> 'done'")
