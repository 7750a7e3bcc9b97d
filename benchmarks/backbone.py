"""The measured event backbone of the site, with subscribers that do nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from app import create_app
from app.events.store import record, record_all
from app.events.types import RecordedEvent, stream_of
from app.platform.database import db, new_id
from app.scoring.events import ApplicationScored
from benchmarks.noops import STARTED, subscribe_noops
from benchmarks.scored import SCORED
from benchmarks.site import AS_SHIPPED
from config import load_config
from local.commands import procfile, shell
from local.postgres import Postgres
from local.process import Process
from local.redis import Redis
from tests.site import Site, prepared_site

EVENT = ApplicationScored(**SCORED)  # type: ignore[arg-type]
ACTOR = "system:benchmarks"


class Backbone:
    """The site; its methods need the context of ``app``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        # The owner's, because the benchmarks add tables of their own.
        self.url = site.settings["OWNER_DATABASE_URL"]
        self.app = create_app(load_config({**site.settings, "LOG_LEVEL": "warning"}))

    def record(self) -> RecordedEvent:
        """Record the event in a new stream, in one autocommitted statement, as the site does when
        it has nothing else to write."""
        session = db.session()
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        recorded = record(session, new_stream(), EVENT, actor=ACTOR)
        session.commit()
        return recorded

    def append(self, count: int, together: int) -> None:
        """Record ``count`` events, ``together`` per commit, each commit in a new stream."""
        session = db.session()
        for _ in range(count // together):
            if together == 1:
                self.record()
            else:
                record_all(session, new_stream(), [EVENT] * together, actor=ACTOR)
                session.commit()

    @contextmanager
    def running(self, *names: str, subscribers: str) -> Iterator[None]:
        """Inside, these processes of the Procfile run, with only those subscribers."""
        environ = {
            **self.site.settings,
            "NOOP_SUBSCRIBERS": subscribers,
            "FLASK_APP": "benchmarks.noop_flow:app",
        }
        commands = {name: procfile()[name] for name in names}
        processes = [
            Process(
                name,
                shell(command.replace("app.celery_app", "benchmarks.noop_flow")),
                log=self.site.processes[name].log,
                environ=environ,
            )
            for name, command in commands.items()
        ]
        try:
            for process in processes:
                process.launch()
            yield
        finally:
            for process in processes:
                process.stop()


def new_stream() -> str:
    return stream_of("application", new_id())


@contextmanager
def measured_backbone(postgres: Postgres, redis: Redis) -> Iterator[Backbone]:
    """The site on an empty database, with one subscriber that does nothing."""
    with prepared_site(postgres, redis, AS_SHIPPED) as site:
        with psycopg.connect(site.settings["OWNER_DATABASE_URL"]) as connection:
            connection.execute(STARTED)
        backbone = Backbone(site)
        subscribe_noops(backbone.app, "one")
        with backbone.app.app_context():
            try:
                yield backbone
            finally:
                db.session.remove()
                db.engine.dispose()
