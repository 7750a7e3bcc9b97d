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

from local.commands import command_environment, finish, procfile
from local.ports import HOST, Ports, free_port
from local.postgres import SERVING, Postgres
from local.process import ROOT, Process
from local.programs import site_processes
from local.redis import Redis
from local.settings import local_settings
from local.state import State
from tests.forked_process import ForkedProcess
from tests.smtp_sink import SmtpSink

CONTENT = ROOT / "content"
MIGRATED = "migrated"
FULL_FAULTS = os.environ.get("FAULT_SCALE") == "full"
# What is done at length takes its time.
PATIENCE = 600.0 if FULL_FAULTS else 60.0
POLL = 0.05
WATCH_SECONDS = 0.5
# Everything that waits, waits briefly: a test looks at what happens, not at how long it takes.
BRISK = {
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "info",
    "WEB_WORKERS": "1",
    "SWEEP_SECONDS": "1",
    "RESEND_AFTER_SECONDS": "2",
    "RELAY_POLL_SECONDS": "0.5",
    # None but where a test is about it: others count what is on its way.
    "CANARY_SECONDS": "86400",
    # Whose pages wait for it, beside tests that take all there is.
    "LABS_NICENESS": "0",
    "DELIVERY_BACKOFF_SECONDS": "0.1",
    "DELIVERY_BACKOFF_CAP_SECONDS": "1",
    "DELIVERY_LEASE_SECONDS": "2",
    "CIRCUIT_PAUSE_SECONDS": "0.5",
    "CIRCUIT_PAUSE_CAP_SECONDS": "1",
}

# What may yet become a mail.
ON_ITS_WAY = (
    "SELECT count(*) FROM events WHERE relayed_at IS NULL",
    "SELECT count(*) FROM deliveries WHERE status = 'waiting'",
    "SELECT count(*) FROM mail_messages WHERE status IN ('queued', 'sending')",
)
TABLES = """
SELECT tablename::text FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""

# What these do for rows that are gone comes to nothing; a worker may have a mail in its hands.
SEND_NOTHING = {"relay", "scheduler", "web"}


class Site:
    """The running site. ``processes`` are relay, worker, scheduler, web and maybe labs by name."""

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
        # A program ends with the thread that has started it (local/launch.py): this one stays.
        self._launcher = ThreadPoolExecutor(max_workers=1)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._connecting = Lock()

    @property
    def url(self) -> str:
        return self.settings["BASE_URL"]

    def start(self, *names: str) -> None:
        """Start the processes of these names, or all, and return when they are ready."""
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
        """End these processes and their children as a power cut would."""
        for name in names:
            kill(self.processes[name])

    @contextmanager
    def kept_running(self, *servers: Process) -> Iterator[None]:
        """Within it a process that ends is started again, as on any platform and by `make run`;
        so are these servers, on their own data and at their own ports."""
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
        """What the database answers; while it is away it is asked again."""
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
        """A connection for what tests ask, again and again while they wait."""
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
        """Redis itself, whatever address the site knows it by."""
        with RedisClient(host=self.redis.host, port=self.redis.port) as client:
            yield client

    def ask(self, task: str) -> None:
        """Have a worker do that task now, for which the scheduler rings from time to time."""
        with Celery(broker=self.settings["REDIS_URL"], set_as_current=False) as celery:
            celery.send_task(task)

    def reset(self) -> None:
        """Empty the database, Redis and the sink, and have every process run."""
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
        """Whether the tables could be emptied beside what still runs, which may hold them in
        another order."""
        database = urlsplit(self.settings["DATABASE_URL"]).path[1:]
        try:
            with psycopg.connect(self.postgres.url_of(database)) as connection:
                # Triggers off: the log refuses to be emptied, and rightly so.
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
    """A site with an empty, migrated database of its own, not started yet; stopped at the end. Its
    labs and its texts, which nothing else depends on, are there where a test is about them."""
    with tempfile.TemporaryDirectory(prefix="site-") as folder, SmtpSink(sink_host) as sink:
        ports = Ports(web=free_port(), smtp=sink.port, stripe=free_port())
        database = f"site_{secrets.token_hex(4)}"
        environ = {
            **command_environment(),
            **local_settings(
                ports,
                owner_url=postgres.create_database(database, template=migrated(postgres)),
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
    """The firm's data, copied there without articles and pages: each process would read all of
    them at its start. Nothing recommends any to read."""
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("*.md"))
    rubric = folder / "rubric.toml"
    rubric.write_text(re.sub(r"^read = .*\n", "", rubric.read_text(), flags=re.MULTILINE))
    return folder


@cache
def migrated(postgres: Postgres) -> str:
    """The name of a database on that server which the release command has migrated: what each site
    begins with is copied from it."""
    settings = local_settings(
        Ports(),
        owner_url=postgres.create_database(MIGRATED),
        database_url=postgres.url_of(MIGRATED, SERVING),
        redis_url=f"redis://{HOST}:1/0",
        secret_key=secrets.token_hex(32),
    )
    finish(procfile()["release"], {**command_environment(), **settings})
    return MIGRATED


def kill(process: Process) -> None:
    """End the process and its children, and return when it is gone."""
    pid = process.pid
    if pid and process.is_running:
        with suppress(ProcessLookupError):  # whoever keeps it running may have seen it end first
            os.killpg(pid, signal.SIGKILL)
        eventually(partial(is_gone, process, pid))


def is_gone(process: Process, pid: int) -> bool:
    """Whether the run of that id has ended; where it is kept running, another stands there now."""
    return process.pid != pid or not process.is_running


def eventually(
    condition: Callable[[], object], within: float = PATIENCE, *, every: float = POLL
) -> None:
    """Return as soon as the condition holds, by a look ``every`` so many seconds; fail after
    ``within``."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(every)
