"""The embedded Redis refuses writes rather than evict keys, and starts again however it ended."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import redis

from local.ports import free_port
from local.redis import Redis, temporary_redis

Eventually = Callable[[Callable[[], bool]], None]


def test_redis_never_evicts_a_queue() -> None:
    with temporary_redis() as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_with_an_append_only_file_writes_survive_a_kill(
    server_folder: Path, eventually: Eventually
) -> None:
    server = Redis(server_folder / "logged", free_port(), appendonly=True)
    server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "yes")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not server.is_running)
        server.start()
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            assert client.get("kept") == "yes"
    finally:
        server.stop()


def test_redis_left_running_by_a_killed_start_is_shut_down_first(server_folder: Path) -> None:
    earlier = Redis(server_folder / "shared", free_port())
    later = Redis(server_folder / "shared", free_port())
    earlier.start()
    later.start()
    try:
        assert not earlier.is_running
        assert later.is_running
    finally:
        later.stop()
