"""The scheduler as a platform starts it: by the Procfile's line, with nothing prepared."""

import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis as RedisClient
from structlog.testing import capture_logs

from app.background.beat import SteadyScheduler
from config import ROOT
from local.commands import command_environment, procfile, shell
from local.ports import HOST, Ports, free_port
from local.postgres import Postgres
from local.redis import Redis
from local.settings import local_settings
from tests.faults.handled import QUEUE
from tests.site import eventually

# Not the site's Redis database, so that its workers and other tests see none of these tasks.
OWN_DATABASE = 7


Environ = Mapping[str, str]


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def notes(
    environ: Environ, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """The state that a scheduler keeps after its first task, started in an empty folder, by
    file."""
    folder = tmp_path_factory.mktemp("empty")
    assert rings(environ, redis_server, folder)
    return {file.name: file.read_bytes() for file in (folder / "var").glob("beat-schedule*")}


def rings(environ: Environ, redis_server: Redis, folder: Path) -> bool:
    """Whether a scheduler started in that folder sends a task before it ends."""
    with RedisClient(host=HOST, port=redis_server.port, db=OWN_DATABASE) as broker:
        broker.flushdb()
        with running_scheduler(environ, folder) as scheduler:
            eventually(lambda: broker.llen(QUEUE) or scheduler.poll() is not None)
            return bool(broker.llen(QUEUE))


@contextmanager
def running_scheduler(environ: Environ, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    scheduler = subprocess.Popen(shell(procfile()["scheduler"]), env=environ, cwd=folder)
    try:
        yield scheduler
    finally:
        scheduler.terminate()
        scheduler.wait()


def test_the_scheduler_starts_without_a_folder_for_its_state(
    notes: dict[str, bytes],
) -> None:
    assert notes


@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda notes: notes[: len(notes) // 2], lambda notes: bytes(len(notes))],
    ids=["emptied", "cut short", "zeros"],
)
def test_the_scheduler_starts_with_state_damaged_by_a_power_cut(
    environ: Environ,
    redis_server: Redis,
    notes: dict[str, bytes],
    tmp_path: Path,
    spoil: Callable[[bytes], bytes],
) -> None:
    (tmp_path / "var").mkdir()
    for name, noted in notes.items():
        (tmp_path / "var" / name).write_bytes(noted if name.endswith(".dir") else spoil(noted))
    assert rings(environ, redis_server, tmp_path)


@pytest.mark.parametrize(
    ("before", "why"),
    [("touch var", "File exists"), ("ulimit -f 2", "File too large")],
    ids=["no folder", "no room"],
)
def test_a_scheduler_that_cannot_keep_its_state_says_so_and_ends(
    environ: Environ, tmp_path: Path, before: str, why: str
) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{before}; exec {procfile()['scheduler']}"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1:] == [
        f"Error: The scheduler can't keep its notes in {tmp_path / 'var'} ({why}). Set VAR_DIR to a"
        " folder that has room, and that its user may write to."
    ]
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_scheduler_says_in_one_line_that_the_broker_is_away(
    site_with: Callable[..., Flask], tmp_path: Path
) -> None:
    site = site_with(CELERY_BROKER_URL=f"amqp://{HOST}:{free_port()}")
    celery = site.extensions["celery"]
    scheduler = SteadyScheduler(celery, lazy=True, schedule_filename=str(tmp_path / "notes"))
    with capture_logs() as logs:
        scheduler.apply_entry(scheduler.Entry("sweep", "background.sweep", schedule=1, app=celery))
    assert [(line["event"], line["error"]) for line in logs] == [
        ("broker.unreachable", "OperationalError")
    ]
