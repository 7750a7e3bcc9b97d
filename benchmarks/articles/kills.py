"""Celery on Redis: how many tasks are lost or repeated when its worker, or a child, is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import psutil
import redis

from local.redis import temporary_redis

KILLS, TASKS = 60, {"the worker": 8000, "a child": 6000}
CHILDREN = 2
QUEUE = "celery"
IDLE_SECONDS = 30


class Found(NamedTuple):
    """The result: of so many tasks, with so many kills, how many were lost and repeated."""

    tasks: int
    kills: int
    lost: int
    repeated: int


def compare_kills(kills: int = KILLS) -> dict[str, Found]:
    """The results for killing the whole worker, and for killing one of its children."""
    return {killed: _measure(killed, count, kills) for killed, count in TASKS.items()}


def _measure(killed: str, tasks: int, kills: int) -> Found:
    with temporary_redis() as server:
        environment = {**os.environ, "KILLS_REDIS_URL": server.url}
        _send(environment, tasks)
        store = redis.Redis.from_url(server.url)
        worker = _start(environment)
        try:
            for number in range(kills):
                # Spread evenly, so that the queue is never empty before the last kill.
                _wait_until(partial(_has_run, store, tasks * number // kills))
                time.sleep(random.uniform(0, 0.1))
                worker = _kill(worker, killed, environment)
            _wait_until_idle(store)
        finally:
            _end(worker)
        runs = [int(count) for count in store.hvals("runs")]
        return Found(tasks, kills, tasks - len(runs), sum(count - 1 for count in runs))


def _send(environment: dict[str, str], tasks: int) -> None:
    code = (
        "from benchmarks.articles.kill_tasks import count_run\n"
        f"for number in range({tasks}): count_run.delay(number)"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def _has_run(store: redis.Redis, tasks: int) -> bool:
    return store.hlen("runs") >= tasks


def _start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "benchmarks.articles.kill_tasks", "worker"),
            *(f"--concurrency={CHILDREN}", "--loglevel=critical", "--without-gossip"),
            *("--without-mingle", "--without-heartbeat"),
        ],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill(
    worker: subprocess.Popen[bytes], killed: str, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    if killed == "the worker":
        _end(worker)
        return _start(environment)
    with suppress(psutil.Error, IndexError):
        random.choice(psutil.Process(worker.pid).children()).kill()
    return worker if worker.poll() is None else _start(environment)


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Kill the worker and all its children with SIGKILL."""
    with suppress(psutil.Error):
        parent = psutil.Process(worker.pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
    worker.wait()


def _wait_until_idle(store: redis.Redis) -> None:
    """Wait until nothing was queued or unacknowledged for longer than the visibility timeout."""
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_SECONDS:
        time.sleep(0.02)
        if store.llen(QUEUE) or store.hlen("unacked"):
            idle_since = time.monotonic()


def _wait_until(is_so: Callable[[], bool], seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)
