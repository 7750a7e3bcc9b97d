"""The scheduler as a platform starts it: the Procfile's line, and nothing made beforehand."""

import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis as RedisClient

from local.commands import command_environment, procfile, shell
from local.ports import HOST, Ports
from local.postgres import Postgres
from local.process import ROOT
from local.redis import Redis
from local.settings import local_settings
from tests.faults.handled import QUEUE
from tests.site import eventually

# Beside the site's, whose workers and tests know nothing of it.
OWN_DATABASE = 7


Environ = Mapping[str, str]


@pytest.fixture
def environ(postgres: Postgres, redis_server: Redis) -> Environ:
    settings = local_settings(
        Ports(),
        database_url=postgres.url,
        redis_url=f"redis://{HOST}:{redis_server.port}/{OWN_DATABASE}",
        secret_key=secrets.token_hex(32),
    )
    environ = {**command_environment(), **settings, "PYTHONPATH": str(ROOT), "SWEEP_SECONDS": "0.1"}
    environ.pop("VAR_DIR", None)
    return environ


@pytest.fixture
def broker(redis_server: Redis) -> Iterator[RedisClient]:
    with RedisClient(host=HOST, port=redis_server.port, db=OWN_DATABASE) as broker:
        broker.flushdb()
        yield broker


@contextmanager
def running_scheduler(environ: Environ, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    scheduler = subprocess.Popen(shell(procfile()["scheduler"]), env=environ, cwd=folder)
    try:
        yield scheduler
    finally:
        scheduler.terminate()
        scheduler.wait()


def rings(scheduler: subprocess.Popen[bytes], broker: RedisClient) -> bool:
    """Whether it sends tasks, before it ends."""
    eventually(lambda: broker.llen(QUEUE) or scheduler.poll() is not None)
    return bool(broker.llen(QUEUE))


def test_the_scheduler_starts_where_there_is_no_folder_for_its_notes(
    environ: Environ, broker: RedisClient, tmp_path: Path
) -> None:
    with running_scheduler(environ, tmp_path) as scheduler:
        assert rings(scheduler, broker)
    assert [file.name for file in (tmp_path / "var").glob("beat-schedule*")]


@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda notes: notes[: len(notes) // 2], lambda notes: bytes(len(notes))],
    ids=["emptied", "cut short", "zeros"],
)
def test_the_scheduler_starts_with_what_a_power_cut_has_left_of_its_notes(
    environ: Environ,
    broker: RedisClient,
    tmp_path: Path,
    spoil: Callable[[bytes], bytes],
) -> None:
    with running_scheduler(environ, tmp_path) as scheduler:
        assert rings(scheduler, broker)
    for file in (tmp_path / "var").glob("beat-schedule*"):
        if file.suffix != ".dir":
            file.write_bytes(spoil(file.read_bytes()))
    broker.flushdb()
    with running_scheduler(environ, tmp_path) as scheduler:
        assert rings(scheduler, broker)
