"""Submit → engagement proposed, one at a time, compared with a no-op Celery task."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from celery import Celery

from benchmarks.load import Connection
from benchmarks.site import MeasuredSite
from local.commands import procfile, shell
from local.ports import HOST
from local.process import Process
from local.redis import Redis

# Long enough for the mail that follows a proposal, so that nothing runs during the next try.
PAUSE = 0.1
PATIENCE = 30.0
# Postgres announces the proposal at its commit, so that nothing has to poll for it.
ANNOUNCE = """
CREATE FUNCTION announce() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NOTIFY proposed; RETURN NULL; END $$;
CREATE TRIGGER announce AFTER INSERT ON engagements EXECUTE FUNCTION announce();
"""

Measure = Callable[[], float]


@contextmanager
def proposal_times(measured: MeasuredSite, most: int) -> Iterator[Measure]:
    """Each call submits an application and returns the seconds from the 303 to the engagement's
    commit."""
    requests = iter(measured.requests(most))
    client = Connection(measured.port)
    owner = measured.site.settings["OWNER_DATABASE_URL"]
    with psycopg.connect(owner, autocommit=True) as listener:
        listener.execute(ANNOUNCE)
        listener.execute("LISTEN proposed")

        def measure() -> float:
            time.sleep(PAUSE)
            client.send(next(requests))
            while (answer := client.receive()) is None:
                pass
            answered_at = time.perf_counter()
            assert answer.startswith(b"HTTP/1.1 303"), answer
            assert list(listener.notifies(timeout=PATIENCE, stop_after=1)), "Nothing was proposed."
            return time.perf_counter() - answered_at

        yield measure
    client.socket.close()


@contextmanager
def noop_times(settings: Mapping[str, str], redis: Redis, folder: Path) -> Iterator[Measure]:
    """Each call sends a task, waits for its result, and returns the seconds in between.

    The worker is the site's own, with the site's settings, on a separate queue.
    """
    broker = f"redis://{HOST}:{redis.port}/1"
    worker = Process(
        "noop",
        shell(procfile()["worker"].replace("app.celery_app", "benchmarks.noop")),
        log=folder / "noop.log",
        environ={**settings, "CELERY_BROKER_URL": broker},
    )
    client = Celery(broker=broker, backend=broker, set_as_current=False)
    worker.start()

    def measure() -> float:
        time.sleep(PAUSE)
        started_at = time.perf_counter()
        client.send_task("benchmarks.noop").get(timeout=PATIENCE)
        return time.perf_counter() - started_at

    try:
        yield measure
    finally:
        worker.stop()
        client.close()
