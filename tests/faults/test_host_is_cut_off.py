"""Workers on two hosts, one of which loses its cable with deliveries in hand; a web process whose
database falls silent."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from local.commands import procfile, shell
from local.ports import HOST, free_port
from local.postgres import Postgres
from local.process import Process
from local.redis import Redis
from tests.faults.handled import (
    check_each_was_handled_once,
    locked,
    standing_still,
    wait_until_handled,
)
from tests.faults.hosts import Host, what_is_missing
from tests.prospects import Answer, Prospect, make_prospects, send, submit
from tests.site import Site, eventually, prepared_site

# Addresses reserved for documentation (RFC 5737), which nobody has.
SERVER = "192.0.2.1"
CABLES = {"ada": "198.51.100", "bob": "203.0.113"}
CHILDREN = 2
# More than one worker takes (two in hand and four prefetched for each child), so that some are left
# for the other.
ENOUGH = 16
# The server gives up on a host that falls silent in a transaction after 30 s, on an idle one after
# 35 s; deliveries that it blocked are tried again then, or at the latest one doubled wait later.
PATIENCE = 240.0
# The site gives up on a silent server after five seconds, on a new connection to it after three.
IN_TIME = 15.0
# The defaults, so that nothing becomes a dead letter while a silent host still holds its locks.
PATIENT = {"DELIVERY_BACKOFF_SECONDS": "1", "DELIVERY_BACKOFF_CAP_SECONDS": "300"}
SCORED = "SELECT count(*) FROM scores"
# Free for several sweeps, and still not claimed.
ABANDONED = """
SELECT count(*) FROM deliveries
WHERE status = 'waiting' AND attempts = 1 AND not_before < now() - interval '5 s'
"""
TRUSTED = "host all all all trust\n"


class Cluster(NamedTuple):
    """A site on ``server``, except for its workers: each of ``others`` has one."""

    site: Site
    server: Host
    others: dict[str, Host]

    def done_at(self, name: str) -> int:
        """How many deliveries that host's worker has handled."""
        return self.site.log(name).count("delivery.done")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the servers' own user can access."""
    folder = Path(tempfile.mkdtemp(prefix="hosts-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def whole_cluster(folder: Path) -> Iterator[Cluster]:
    if reason := what_is_missing():
        pytest.skip(reason)
    server = Host("server", folder / "server.log")
    others = {name: Host(name, folder / f"{name}.log") for name in CABLES}
    postgres = Postgres(folder / "postgres", free_port(), host=SERVER, fast=True)
    redis = Redis(folder / "redis", free_port(), host=SERVER)
    with ExitStack() as stack:
        for host in (server, *others.values()):
            stack.callback(host.stop)
            host.start()
        server.ip("address", "add", f"{SERVER}/32", "dev", "lo")
        for name, other in others.items():
            server.plug(other, CABLES[name])
            other.ip("route", "add", SERVER, "via", f"{CABLES[name]}.1")
        stack.enter_context(server.entered())
        for process in (postgres, redis):
            stack.callback(process.stop)
            process.start()
        trust_all(postgres)
        # The fork server would start them on its own host, not on this one.
        prepared = prepared_site(postgres, redis, PATIENT, sink_host=SERVER, kind=Process)
        site = stack.enter_context(prepared)
        worker = site.processes.pop("worker")
        site.processes |= {
            name: Process(
                name,
                other.command(shell(f"{procfile()['worker']} --hostname {name}@%h")),
                log=worker.log.with_stem(name),
                environ=site.settings,
                grace=20,
            )
            for name, other in others.items()
        }
        yield Cluster(site, server, others)


@pytest.fixture
def cluster(whole_cluster: Cluster) -> Cluster:
    whole_cluster.site.reset()
    return whole_cluster


@pytest.fixture
def site(cluster: Cluster) -> Site:
    return cluster.site


def trust_all(postgres: Postgres) -> None:
    """Let anybody who reaches the server log in, from other hosts too."""
    with (postgres.data_dir / "pg_hba.conf").open("a") as rules:
        rules.write(TRUSTED)
    assert postgres.pid
    os.kill(postgres.pid, signal.SIGHUP)

    def lets_in() -> bool:
        try:
            psycopg.connect(postgres.url).close()
        except psycopg.OperationalError:
            return False
        return True

    eventually(lets_in)


def cut_off(cluster: Cluster, count: int) -> Host:
    """Cut off a host while all of its worker's children are busy; return it."""
    site, bob = cluster.site, cluster.others["bob"]
    with locked(site, "scores"):
        submit(site, count)
        eventually(lambda: standing_still(site, "scores") == CHILDREN * len(cluster.others))
        cluster.server.pull(bob)
    return bob


def test_a_host_cut_off_with_deliveries_in_hand_loses_nothing_and_work_goes_on(
    site: Site,
    cluster: Cluster,
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    """In the full run, the cable stays out until everything is handled."""
    count, waits_for_all = scale(ENOUGH, 60), scale(0, 1)
    with site.kept_running():
        bob = cut_off(cluster, count)
        done_at_bob = cluster.done_at("bob")
        submit(site, count)
        eventually(lambda: site.value(SCORED) >= 2 * count - CHILDREN)
        if waits_for_all:
            wait_until_handled(site, 2 * count, within=PATIENCE)
        assert cluster.done_at("bob") == done_at_bob
        cluster.server.plug_again(bob)
        wait_until_handled(site, 2 * count, within=PATIENCE)

        def bob_works_again() -> bool:
            submit(site, 1)
            return cluster.done_at("bob") > done_at_bob

        eventually(bob_works_again, every=0.5)
        total = site.value("SELECT count(*) FROM applications")
        wait_until_handled(site, total, within=PATIENCE)
    repeats = check_each_was_handled_once(site)
    note(
        f"one of two hosts cut off with {CHILDREN} handlers at work, {count} applications before"
        f" and {count} after, {'all handled' if waits_for_all else 'work going on'} at the other;"
        f" with its cable back it works again: {total} applications, each handled once,"
        f" {repeats} mails repeated"
    )


def test_without_the_sweep_the_deliveries_in_hand_would_wait_for_ever(
    site: Site, cluster: Cluster
) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    bob = cut_off(cluster, ENOUGH)
    eventually(lambda: site.value(ABANDONED) >= CHILDREN)
    cluster.server.plug_again(bob)
    site.start("scheduler")
    with site.kept_running():
        wait_until_handled(site, ENOUGH, within=PATIENCE)
    check_each_was_handled_once(site)


@pytest.fixture
def web_at_bob(cluster: Cluster) -> Iterator[Host]:
    """Bob, with a web process of its own at the same address as the server's has there."""
    site, bob = cluster.site, cluster.others["bob"]
    port = int(site.settings["PORT"])

    def listens() -> bool:
        with bob.entered(), suppress(OSError), socket.create_connection((HOST, port)):
            return True
        return False

    command, log = bob.command(shell(procfile()["web"])), site.processes["web"].log
    web = Process("web-at-bob", command, log=log, environ=site.settings, ready=listens)
    web.start()
    yield bob
    web.stop()


def test_a_post_is_refused_in_time_when_the_database_falls_silent_and_accepted_afterwards(
    site: Site, cluster: Cluster, web_at_bob: Host, note: Callable[[str], None]
) -> None:
    def send_there(prospect: Prospect) -> Answer:
        with web_at_bob.entered():
            return send(site, prospect)

    first, second = make_prospects(site, 2)
    assert send_there(first).token
    cluster.server.pull(web_at_bob)
    refused = send_there(second)
    assert refused.status == 503
    assert refused.seconds < IN_TIME
    cluster.server.plug_again(web_at_bob)
    eventually(lambda: bool(send_there(second).token))
    note(f"a database that fell silent: 503 after {refused.seconds:.1f} s, taken when it was back")
