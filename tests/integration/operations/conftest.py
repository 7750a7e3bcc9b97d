"""Applications whose events fail to be handled, and an operator's browser."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.events import ApplicationSubmitted
from app.applications.models import Application
from app.events.delivery.handling import deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.models import Delivery
from app.events.subscription import Subscriptions, current_subscriptions
from app.events.types import RecordedEvent
from app.operations.replay.advance import advance_replays
from app.operations.replay.foreseen import Foreseen
from app.operations.replay.preview import preview_replay
from app.operations.replay.service import choose_dead_letters
from app.platform.database import db
from app.platform.retry import RetryPolicy
from local.postgres import Postgres
from tests.form_page import token_in
from tests.staff import browser_of

Submit = Callable[..., Application]
Handle = Callable[[], None]
Fail = Callable[..., list[int]]
Choose = Callable[..., uuid.UUID]
Handler = Callable[[Session, RecordedEvent], None]


class Desk:
    """The signed-in browser of a member of staff."""

    def __init__(self, client: FlaskClient, staff: Staff) -> None:
        self.client, self.actor = client, staff.actor

    def get(self, path: str, query: Mapping[str, str] | None = None, status: int = 200) -> str:
        answer = self.client.get(path, query_string=query)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, **fields: object) -> str:
        """Press a button; return the address that it redirects to."""
        token = token_in(self.get("/staff/settings/"))
        answer = self.client.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == 303, answer.text
        return answer.location


@pytest.fixture
def desk(app: Flask, ada: Staff) -> Desk:
    return Desk(browser_of(app, ada), ada)


@pytest.fixture
def other_desk(app: Flask, grace: Staff) -> Desk:
    return Desk(browser_of(app, grace), grace)


def refuse_to_score(*_: object) -> None:
    raise ValueError("as the test told it to")


@pytest.fixture
def broken_scoring(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make scoring fail from now on; the returned function fixes it."""
    monkeypatch.setattr("app.scoring.subscribers.score_answers", refuse_to_score)
    return monkeypatch.undo


@pytest.fixture
def fail(
    session: Session, submit: Submit, handle_events: Handle, monkeypatch: pytest.MonkeyPatch
) -> Fail:
    """Make that many dead letters of scoring, then mend scoring; return their deliveries."""

    def fail(count: int = 1, **changed: Any) -> list[int]:
        before = set(dead(session))
        with monkeypatch.context() as broken:
            broken.setattr("app.scoring.subscribers.score_answers", refuse_to_score)
            for _ in range(count):
                submit(**changed)
            handle_events()
        return [delivery_id for delivery_id in dead(session) if delivery_id not in before]

    return fail


def dead(session: Session) -> list[int]:
    session.commit()
    wanted = select(Delivery.id).filter_by(status="dead", subscriber="scoring.score_fit")
    return list(session.scalars(wanted.order_by(Delivery.id)))


def status_of(session: Session, delivery_id: int) -> str:
    session.commit()
    return session.scalars(select(Delivery.status).filter_by(id=delivery_id)).one()


@pytest.fixture
def choose(session: Session) -> Choose:
    """Freeze a set of dead letters for a replay."""

    def choose(*delivery_ids: int) -> uuid.UUID:
        replay_id = choose_dead_letters(session, delivery_ids, actor="staff:ada")
        session.commit()
        return replay_id

    return choose


@pytest.fixture
def dead_letters(session: Session) -> Callable[[], list[int]]:
    """The current dead letters of scoring."""
    return lambda: dead(session)


@pytest.fixture
def deliver_sent(session: Session) -> Callable[[list[int]], None]:
    """Deliver the tasks that were sent; nothing is retried."""
    engine = db.engine
    keeper = LeaseKeeper(lambda: engine, lease=60)
    policy = RetryPolicy(base=0, cap=0, max_attempts=1)

    def deliver_sent(sent: list[int]) -> None:
        session.rollback()
        deliver(session, sent, current_subscriptions(), policy, keeper, lambda _: None)

    return deliver_sent


@pytest.fixture
def handle_replays(
    session: Session, deliver_sent: Callable[[list[int]], None]
) -> Callable[[], None]:
    """Run the clock and the workers until every replay has ended."""

    def handle_replays() -> None:
        sent: list[int] = [0]
        while sent:
            sent = []
            session.rollback()
            advance_replays(session, sent.extend)
            deliver_sent(sent)

    return handle_replays


def everything(postgres: Postgres) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, with the id of the transaction that wrote it."""
    with psycopg.connect(postgres.url_of("site")) as connection:
        return {
            name: connection.execute(
                sql.SQL("SELECT xmin::text, t::text FROM {} t ORDER BY 2").format(
                    sql.Identifier(name)
                )
            ).fetchall()
            for name in sorted(db.metadata.tables)
        }


def foresee(replay_id: uuid.UUID, handler: Handler | None = None) -> Foreseen:
    """The preview of a replay of one dead letter, with today's handler or the one given."""
    subscriptions = current_subscriptions()
    if handler:
        handler.__name__, handler.__module__ = "score_fit", "app.scoring.subscribers"
        subscriptions = Subscriptions({ApplicationSubmitted: (handler,)})
    [foreseen] = preview_replay(replay_id, subscriptions).values()
    return foreseen
