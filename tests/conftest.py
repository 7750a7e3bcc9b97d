"""Real servers for every test: one Postgres and one Redis for the run, emptied before each test."""

import contextvars
import os
import secrets
from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.orm import Session
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from app import create_app
from app.database import db
from app.events import types, upcast
from app.events.delivery.claims import LeaseKeeper
from app.events.delivery.handling import deliver
from app.events.delivery.relay import relay_batch
from app.events.subscription import current_subscriptions
from app.extensions import limiter
from app.retry import RetryPolicy
from config import Config, load_config
from local.postgres import SERVING, Postgres, temporary_postgres
from local.redis import Redis, temporary_redis

# Each has a whole site running, and one of it is enough: its tests stay on one core.
# The tour is among the journeys, with a site of its own.
WHOLE_SITE = ("benchmarks", "bridges", "faults", "tour", "journeys")

# How long an example takes is the machine's matter. A test's fixtures are the same for all of its
# examples: what one of them must not find of another's, it removes itself.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")


# The tests know the content as it is shipped, whichever a site here is run with.
os.environ.pop("CONTENT_DIR", None)
# What the fault tests draw by lot can be drawn again; each process of a run draws the same.
FAULT_SEED = os.environ.setdefault("FAULT_SEED", secrets.token_hex(4))
NOTE = "note"


def pytest_report_header() -> str:
    return f"FAULT_SEED={FAULT_SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = terminalreporter.getreports("passed")
    notes = [line for report in passed for name, line in report.user_properties if name == NOTE]
    if notes:
        terminalreporter.section("what the fault tests did")
        for line in notes:
            terminalreporter.write_line(str(line))


class OneCoreForEachSite(LoadScopeScheduling):
    """All tests of one whole site go to one core, every other test to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        folders = nodeid.split("/")
        return next((site for site in WHOLE_SITE if site in folders), nodeid)


# Without xdist there is nothing to schedule, and the run goes on.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneCoreForEachSite:
    return OneCoreForEachSite(config, log)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test's own app context, as in life."""

    def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with temporary_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with temporary_redis() as server:
        yield server


@pytest.fixture(scope="session")
def config(
    postgres: Postgres, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Config:
    """The settings of a site under test. Mail and Stripe lead nowhere until a test says where."""
    return load_config(
        {
            "ENVIRONMENT": "test",
            "SECRET_KEY": secrets.token_hex(32),
            "BASE_URL": "http://localhost",
            "OWNER_DATABASE_URL": postgres.create_database("site"),
            "DATABASE_URL": postgres.url_of("site", SERVING),
            "REDIS_URL": redis_server.url,
            "SMTP_URL": "smtp://127.0.0.1:1",
            "STAFF_MAIL": "staff@champlin.example",
            "UPLOADS_URL": tmp_path_factory.mktemp("uploads").as_uri(),
            "WEBHOOK_ALLOW_PRIVATE": "true",
            "LOG_LEVEL": "warning",
            # Tests fill in a form at once; those of screening say what they hold by.
            "HOLD_BELOW_SECONDS": "0",
            "HOLD_ABOVE_PER_ADDRESS": "0",
            "HOLD_ABOVE_PER_EMAIL": "0",
        }
    )


@pytest.fixture(scope="session")
def site_with(config: Config) -> Callable[..., Flask]:
    """Make a site of its own, with the settings of the others but for those that are named."""

    def site_with(**settings: object) -> Flask:
        own = msgspec.structs.replace(config, **settings)
        site = contextvars.Context().run(create_app, own)
        site.test_client_class = Browser
        return site

    return site_with


@pytest.fixture(scope="session")
def migrated_app(site_with: Callable[..., Flask]) -> Flask:
    app = site_with()
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def empty(
    migrated_app: Flask, postgres: Postgres, redis_server: Redis
) -> Iterator[Callable[[], None]]:
    """Empty every table of the site, and Redis."""
    names = sorted(set(db.metadata.tables))
    statements = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names]
    with (
        psycopg.connect(postgres.url_of("site"), autocommit=True) as connection,
        redis.Redis.from_url(redis_server.url) as client,
    ):
        # Triggers and foreign keys off: the log refuses to be emptied, and rightly so.
        connection.execute("SET session_replication_role = replica")

        def empty() -> None:
            connection.execute(sql.SQL("; ").join(statements))
            client.flushall()

        yield empty


@pytest.fixture
def app(migrated_app: Flask, empty: Callable[[], None]) -> Iterator[Flask]:
    """The site on an empty database and an empty Redis."""
    empty()
    migrated_app.extensions.pop("pace", None)  # learned from another test's drafts
    # Another test may have made a site of its own, whose tasks would be called.
    migrated_app.extensions["celery"].set_current()
    with migrated_app.app_context():
        limiter.reset()
        yield migrated_app
        db.session.remove()


@pytest.fixture
def change_settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the site go on with these settings in the place of its own, to the end of the test."""

    def change_settings(**settings: object) -> None:
        monkeypatch.setitem(
            app.config, "SITE", msgspec.structs.replace(app.config["SITE"], **settings)
        )

    return change_settings


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture
def as_owner(app: Flask, config: Config) -> Callable[[str], None]:
    """Do what the site itself may not, as the role that owns its tables."""

    def as_owner(statement: str) -> None:
        with psycopg.connect(config.as_owner.postgres_url) as connection:
            connection.execute(statement.encode())

    return as_owner


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def handle_events(session: Session) -> Callable[[], None]:
    """Relay and deliver until nothing waits, as relay and worker do; a failure is final."""
    policy = RetryPolicy(first=1, cap=1, most=1)

    engine = db.engine  # the keeper's thread has no app of its own
    keeper = LeaseKeeper(lambda: engine, lease=60)

    def handle_events() -> None:
        sent: list[int] = []
        session.rollback()  # an older transaction would take what is relayed now for the future
        while relay_batch(current_subscriptions(), sent.extend) or sent:
            task, sent = sent, []
            deliver(session, task, current_subscriptions(), policy, keeper, sent.extend)

    return handle_events


@pytest.fixture
def own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Event types and upcasts that the test makes up are forgotten after it."""
    monkeypatch.setattr(types, "_declared", dict(types._declared))
    monkeypatch.setattr(upcast, "_steps", dict(upcast._steps))


@pytest.fixture
def nothing_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were no event types and upcasts but those that the test makes up."""
    monkeypatch.setattr(types, "_declared", {})
    monkeypatch.setattr(upcast, "_steps", {})
