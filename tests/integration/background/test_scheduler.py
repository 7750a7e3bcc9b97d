"""The scheduler as a platform starts it: the Procfile's line, and nothing made beforehand."""

import secrets
import subprocess
from pathlib import Path

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


def test_the_scheduler_starts_where_there_is_no_folder_for_its_notes(
    postgres: Postgres, redis_server: Redis, tmp_path: Path
) -> None:
    settings = local_settings(
        Ports(),
        database_url=postgres.url,
        redis_url=f"redis://{HOST}:{redis_server.port}/{OWN_DATABASE}",
        secret_key=secrets.token_hex(32),
    )
    environ = {**command_environment(), **settings, "PYTHONPATH": str(ROOT), "SWEEP_SECONDS": "0.1"}
    environ.pop("VAR_DIR", None)
    scheduler = subprocess.Popen(shell(procfile()["scheduler"]), env=environ, cwd=tmp_path)
    try:
        with RedisClient(host=HOST, port=redis_server.port, db=OWN_DATABASE) as broker:
            eventually(lambda: broker.llen(QUEUE) or scheduler.poll() is not None)
            assert broker.llen(QUEUE)
    finally:
        scheduler.terminate()
        scheduler.wait()
    assert [file.name for file in (tmp_path / "var").glob("beat-schedule*")]
