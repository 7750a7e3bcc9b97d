"""The labs' schema, emptied before each test, and a runner that the test turns by hand."""

import secrets
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.labs.backbone import make_backbone, on_backbone
from app.labs.controls import set_consumer_count
from app.labs.models import Sandbox
from app.labs.queries import state_of
from app.labs.runner import Runner
from app.labs.sandboxes import open_sandbox
from app.labs.scenario import NotNow, Scenario
from app.labs.scenarios import BY_SLUG
from app.labs.state import LabState
from app.platform.database import db
from app.platform.retry import RetryPolicy
from app.platform.settings import current_config
from config import Config
from local.postgres import Postgres
from tests.form_page import token_in
from tests.integration.waiting import waiting

PATIENCE = 60.0
REST = 0.01  # while the runner's threads do the work
Until = Callable[[Callable[[], bool]], None]
Press = Callable[..., TestResponse]
TABLES = "SELECT format('labs.%I', tablename) FROM pg_tables WHERE schemaname = 'labs'"
MINUTES_PASS = text("""
UPDATE sandboxes SET ends_at = ends_at - make_interval(mins => :minutes),
    opened_at = opened_at - make_interval(mins => :minutes),
    extended_at = extended_at - make_interval(mins => :minutes)
""")


def pass_minutes(minutes: int) -> None:
    """Act as if every sandbox had been opened and last viewed so many minutes earlier."""
    with on_backbone() as session:
        session.execute(MINUTES_PASS, {"minutes": minutes})
        session.commit()


@pytest.fixture(autouse=True)
def nothing_in_the_labs(app: Flask, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url_of("site")) as connection:
        # Triggers off, because the log rightly refuses to be emptied.
        connection.execute("SET session_replication_role = replica")
        for (table,) in connection.execute(TABLES).fetchall():
            connection.execute(f"DELETE FROM {table}")


@pytest.fixture
def backbone(app: Flask) -> Flask:
    made: Flask = app.extensions["labs"]
    return made


@pytest.fixture
def runner(backbone: Flask) -> Iterator[Runner]:
    policy = RetryPolicy(base=0.1, cap=0.1, max_attempts=4)
    runner = Runner(backbone, pace=0.02, policy=policy, lease=0.5)
    yield runner
    runner.close()


@pytest.fixture
def until(runner: Runner) -> Until:
    """Turn the runner until the condition holds."""

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come to hold"
            runner.turn()
            time.sleep(REST)

    return until


class Visitor:
    """Somebody with a sandbox of a lab, in their own network."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        with on_backbone() as session:
            config, network = current_config(), secrets.token_bytes(32)
            sandbox = open_sandbox(session, scenario.slug, config, network=network)
            self.id = sandbox.id
            set_consumer_count(session, sandbox, scenario.stations)
            session.commit()

    def do(self, deed: Callable[[Session, Sandbox], None]) -> None:
        with on_backbone() as session:
            deed(session, session.get_one(Sandbox, self.id))
            session.commit()

    def press(self, action: str, *chosen: str) -> None:
        perform = self.scenario.action(action).perform
        self.do(lambda session, sandbox: perform(session, sandbox, chosen))

    def press_twice(self, config: Config, action: str, *chosen: str) -> list[str]:
        """Press the button twice at the same time; return what the second press was told."""
        perform = self.scenario.action(action).perform
        told: list[object] = []

        def press_again(beside: Session) -> None:
            try:
                perform(beside, beside.get_one(Sandbox, self.id), chosen)
            except NotNow as refusal:
                told.extend(refusal.args)

        backbone = make_backbone(config, connections=3)
        with backbone.app_context():
            session = db.session()
            perform(session, session.get_one(Sandbox, self.id), chosen)
            with waiting(backbone, press_again):
                session.commit()
            db.session.remove()
            db.engine.dispose()
        return list(map(str, told))

    @property
    def state(self) -> LabState:
        with on_backbone() as session:
            return state_of(session, self.scenario, session.get_one(Sandbox, self.id))

    def is_settled(self) -> bool:
        return self.state.is_settled

    def sums(self) -> dict[str, float]:
        return {str(one.label): one.value for one in self.state.sums}


@pytest.fixture
def visitor(app: Flask) -> Callable[[str], Visitor]:
    """A new visitor of the lab with that name."""
    return lambda slug: Visitor(BY_SLUG[slug])


@pytest.fixture
def press(client: FlaskClient) -> Press:
    """Press a button of a lab; return what the browser finally gets."""

    def press(address: str, by: FlaskClient = client, **fields: str) -> TestResponse:
        page = by.get(address.rpartition("/")[0].removesuffix("/consumers"))
        token = token_in(page.text)
        return by.post(address, data={**fields, "csrf_token": token}, follow_redirects=True)

    return press
