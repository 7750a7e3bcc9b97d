"""A whole site under test: the Procfile's own processes on servers that a test may break."""

import os
import re
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
from celery import Celery
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier
from redis import Redis as RedisClient

from config import ROOT
from local.commands import command_environment, procfile, shell
from local.ports import HOST, Ports, free_port
from local.postgres import SERVING, Postgres
from local.process import Process
from local.programs import site_processes
from local.redis import Redis
from local.settings import local_settings
from local.state import State
from tests.forked_process import ForkedProcess
from tests.smtp_sink import SmtpSink

CONTENT = ROOT / "content"
MIGRATED = "migrated"
FULL_FAULTS = os.environ.get("FAULT_SCALE") == "full"
# The full fault tests run longer.
PATIENCE = 600.0 if FULL_FAULTS else 60.0
POLL = 0.1
WATCH_SECONDS = 0.5
# All waits are short: tests check what happens, not how long it takes.
BRISK = {
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "info",
    "WEB_WORKERS": "1",
    "SWEEP_SECONDS": "1",
    "RESEND_AFTER_SECONDS": "2",
    # Practically never, except in tests about it: others count what is in flight.
    "CANARY_SECONDS": "86400",
    # Not niced, because journeys wait for the labs while other tests use the whole machine.
    "LABS_NICENESS": "0",
    "DELIVERY_BACKOFF_SECONDS": "0.1",
    "DELIVERY_BACKOFF_CAP_SECONDS": "1",
    "DELIVERY_LEASE_SECONDS": "2",
    "CIRCUIT_PAUSE_SECONDS": "0.5",
    "CIRCUIT_PAUSE_CAP_SECONDS": "1",
}

# Counts what may still become a mail.
ON_ITS_WAY = (
    "SELECT count(*) FROM events WHERE relayed_at IS NULL",
    "SELECT count(*) FROM deliveries WHERE status = 'waiting'",
    "SELECT count(*) FROM mail_messages WHERE status IN ('queued', 'sending')",
)
TABLES = """
SELECT tablename::text FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""

# These may keep running while the tables are emptied. A worker may not: it could be sending a mail.
SEND_NOTHING = {"relay", "scheduler", "web"}


class Site:
    """A running site. ``processes``, by name, are relay, worker, scheduler, web and perhaps
    labs."""

    def __init__(
        self,
        settings: Mapping[str, str],
        processes: list[Process],
        *,
        postgres: Postgres,
        redis: Redis,
        sink: SmtpSink,
    ) -> None:
        self.settings = settings
        self.processes = {process.name: process for process in processes}
        self.postgres = postgres
        self.redis = redis
        self.sink = sink
        # A process ends with the thread that started it (local/launch.py), so this thread stays.
        self._launcher = ThreadPoolExecutor(max_workers=1)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._connecting = Lock()

    @property
    def url(self) -> str:
        return self.settings["BASE_URL"]

    def start(self, *names: str) -> None:
        """Start the processes with these names, or all, and return when they are ready."""
        chosen = [self.processes[name] for name in names or self.processes]
        for process in chosen:
            process.launch()
        for process in chosen:
            process.wait_until_ready()

    def stop(self, *names: str) -> None:
        chosen = [self.processes[name] for name in names or self.processes]
        for process in chosen:
            process.request_stop()
        for process in chosen:
            process.wait_until_stopped()

    def kill(self, *names: str) -> None:
        """Kill these processes and their children, as a power cut would."""
        for name in names:
            kill(self.processes[name])

    @contextmanager
    def kept_running(self, *servers: Process) -> Iterator[None]:
        """Inside, a process that ends is restarted, as any platform and `make run` do; so are these
        servers, with the same data and ports."""
        over = Event()

        def watch() -> None:
            while not over.wait(WATCH_SECONDS):
                for process in (*servers, *self.processes.values()):
                    if not process.is_running:
                        self._launcher.submit(process.launch).result()

        watcher = Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Query the database; retry while it is down."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._questions.execute(query, values or None).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL)

    def value(self, query: str, *values: object) -> Any:
        return self.rows(query, *values)[0][0]

    @property
    def _questions(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A kept connection for tests' queries, which they repeat while they wait."""
        with self._connecting:
            if self._connection is None or self._connection.closed:
                self._hang_up()
                self._connection = psycopg.connect(
                    self.settings["DATABASE_URL"], autocommit=True, row_factory=tuple_row
                )
            return self._connection

    def close(self) -> None:
        self._launcher.shutdown()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()

    @contextmanager
    def broker(self) -> Iterator[RedisClient]:
        """A client of the real Redis, whatever address the site uses for it."""
        with RedisClient(host=self.redis.host, port=self.redis.port) as client:
            yield client

    def queue_task(self, task: str) -> None:
        """Queue a task now that the scheduler queues at intervals."""
        with Celery(broker=self.settings["REDIS_URL"], set_as_current=False) as celery:
            celery.send_task(task)

    def reset(self) -> None:
        """Empty the database, Redis and the mail sink, and start every process that is not
        running."""
        if any(self.value(query) for query in ON_ITS_WAY):
            self.kill(*self.processes.keys() - SEND_NOTHING)
        eventually(self._is_emptied)
        with self.broker() as client:
            client.flushall()
        self.sink.reset()
        for process in self.processes.values():
            if not process.is_running:
                process.launch()
        for process in self.processes.values():
            process.wait_until_ready()

    def _is_emptied(self) -> bool:
        """Empty the tables. Returns False after a deadlock with running processes, which may lock
        them in another order."""
        database = urlsplit(self.settings["DATABASE_URL"]).path[1:]
        try:
            with psycopg.connect(self.postgres.url_of(database)) as connection:
                # Triggers off, because the log rightly refuses to be emptied.
                connection.execute("SET session_replication_role = replica")
                tables = [Identifier(name) for (name,) in connection.execute(TABLES)]
                connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(tables)))
        except psycopg.errors.DeadlockDetected:
            return False
        return True

    def log(self, name: str) -> str:
        return self.processes[name].log.read_text(errors="replace")


@contextmanager
def prepared_site(
    postgres: Postgres,
    redis: Redis,
    settings: Mapping[str, str] | None = None,
    *,
    sink_host: str = HOST,
    labs: bool = False,
    texts: bool = False,
    kind: type[Process] = ForkedProcess,
) -> Iterator[Site]:
    """A site with its own empty, migrated database, not started yet, and stopped at the end. Labs
    and texts, on which nothing else depends, are only included for tests about them."""
    with tempfile.TemporaryDirectory(prefix="site-") as folder, SmtpSink(sink_host) as sink:
        ports = Ports(web=free_port(), smtp=sink.port, stripe=free_port())
        database = f"site_{secrets.token_hex(4)}"
        environ = {
            **command_environment(),
            **local_settings(
                ports,
                owner_url=postgres.create_database(
                    database, template=migrated(postgres, forked=kind is ForkedProcess)
                ),
                database_url=postgres.url_of(database, SERVING),
                redis_url=redis.url,
                secret_key=secrets.token_hex(32),
            ),
            **BRISK,
            "SMTP_URL": f"smtp://{sink.host}:{sink.port}",
            "VAR_DIR": folder,
            "WEB_HOST": HOST,
            "PORT": str(ports.web),
            **({} if texts else {"CONTENT_DIR": str(without_texts(Path(folder) / "content"))}),
            **(settings or {}),
        }
        started = site_processes(State(Path(folder)), ports, environ, kind)
        processes = [process for process in started if labs or process.name != "labs"]
        site = Site(environ, processes, postgres=postgres, redis=redis, sink=sink)
        try:
            yield site
        finally:
            site.stop()
            site.close()


def without_texts(folder: Path) -> Path:
    """Copy the firm's data without articles and pages, which each process would read at startup,
    and without recommendations to read them."""
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("*.md"))
    rubric = folder / "rubric.toml"
    rubric.write_text(re.sub(r"^read = .*\n", "", rubric.read_text(), flags=re.MULTILINE))
    return folder


@cache
def migrated(postgres: Postgres, *, forked: bool) -> str:
    """The name of a database on that server, migrated by the release command, that is the template
    for each site's own."""
    settings = local_settings(
        Ports(),
        owner_url=postgres.create_database(MIGRATED),
        database_url=postgres.url_of(MIGRATED, SERVING),
        redis_url=f"redis://{HOST}:1/0",
        secret_key=secrets.token_hex(32),
    )
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        environ = {**command_environment(), **settings}
        log = Path(folder) / "release.log"
        kind = ForkedProcess if forked else Process
        output_of(kind("release", shell(procfile()["release"]), log=log, environ=environ))
    return MIGRATED


def output_of(process: Process) -> str:
    """Run it to its end, and return its output; fail if it fails."""
    process.launch()
    eventually(lambda: not process.is_running)
    output = process.log.read_text()
    assert process.ending == "exit code 0", output
    return output


def kill(process: Process) -> None:
    """Kill the process and its children, and return when it is gone."""
    pid = process.pid
    if pid and process.is_running:
        with suppress(ProcessLookupError):  # whoever keeps it running may have seen it end first
            os.killpg(pid, signal.SIGKILL)
        eventually(partial(is_gone, process, pid))


def is_gone(process: Process, pid: int) -> bool:
    """Whether the process with that id has ended; it may already have been restarted with
    another."""
    return process.pid != pid or not process.is_running


def eventually(
    condition: Callable[[], object], within: float = PATIENCE, *, every: float = POLL
) -> None:
    """Return as soon as the condition holds, checking ``every`` that many seconds; fail after
    ``within`` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(every)
