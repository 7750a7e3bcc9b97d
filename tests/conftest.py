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
from app.events import types, upcast
from app.events.delivery.handling import deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import relay_batch
from app.events.subscription import current_subscriptions
from app.platform.database import db
from app.platform.retry import RetryPolicy
from config import Config, load_config
from local.postgres import SERVING, Postgres, temporary_postgres
from local.redis import Redis, temporary_redis
from tests.limits import reset_limits

# Each of these folders runs a whole site, and one of each is enough, so its tests share an xdist
# worker. The tour is inside the journeys' folder, but has its own site.
WHOLE_SITE = ("benchmarks", "bridges", "faults", "tour", "journeys")

# How long an example takes depends on the machine. All examples of a test share its fixtures, so an
# example removes what the next must not find.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")


# The tests expect the content as shipped, whatever content a local site uses.
os.environ.pop("CONTENT_DIR", None)
# Makes the random choices of the fault tests reproducible, and the same in all processes of a run.
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
    """Sends all tests of a whole site to one xdist worker, and every other test to any free one."""

    def _split_scope(self, nodeid: str) -> str:
        folders = nodeid.split("/")
        return next((site for site in WHOLE_SITE if site in folders), nodeid)


# Optional, because without xdist this hook does not exist.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneCoreForEachSite:
    return OneCoreForEachSite(config, log)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test's own app context, like real ones."""

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
    """The settings of a site under test. Mail and Stripe go nowhere until a test sets them up."""
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
            # Tests fill in forms instantly; those of screening set their own limits.
            "HOLD_BELOW_SECONDS": "0",
            "HOLD_ABOVE_PER_ADDRESS": "0",
            "HOLD_ABOVE_PER_EMAIL": "0",
        }
    )


@pytest.fixture(scope="session")
def site_with(config: Config) -> Callable[..., Flask]:
    """Make a separate site, with the usual settings except for those given."""

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
        # Triggers and foreign keys off, because the log rightly refuses to be emptied.
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
    # Another test may have made its own site, whose tasks would be called instead.
    migrated_app.extensions["celery"].set_current()
    with migrated_app.app_context():
        reset_limits()
        yield migrated_app
        db.session.remove()


@pytest.fixture
def change_settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change these settings of the site until the end of the test."""

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
    """Run a statement that the site itself may not, as the role that owns its tables."""

    def as_owner(statement: str) -> None:
        with psycopg.connect(config.as_owner.postgres_url) as connection:
            connection.execute(statement.encode())

    return as_owner


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def handle_events(session: Session) -> Callable[[], None]:
    """Relay and deliver until nothing waits, as relay and worker do; nothing is retried."""
    policy = RetryPolicy(base=1, cap=1, max_attempts=1)

    engine = db.engine  # read here, since the keeper's thread has no app context
    keeper = LeaseKeeper(lambda: engine, lease=60)

    def handle_events() -> None:
        sent: list[int] = []
        session.rollback()  # an older transaction's now() would be before what is relayed now
        while relay_batch(current_subscriptions(), sent.extend) or sent:
            task, sent = sent, []
            deliver(session, task, current_subscriptions(), policy, keeper, sent.extend)

    return handle_events


@pytest.fixture
def own_declarations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget event types and upcasts that the test declares, after it."""
    monkeypatch.setattr(types, "_declared", dict(types._declared))
    monkeypatch.setattr(upcast, "_steps", dict(upcast._steps))


@pytest.fixture
def nothing_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide all event types and upcasts except those that the test declares."""
    monkeypatch.setattr(types, "_declared", {})
    monkeypatch.setattr(upcast, "_steps", {})
