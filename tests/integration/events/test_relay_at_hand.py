"""A process that can relay needs no bell."""

from collections.abc import Sequence

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.events.delivery.handling import deliver
from app.events.delivery.relay import RelayAtHand
from app.events.models import Delivery, StoredEvent
from app.events.subscription import current_subscriptions
from app.platform.database import db
from app.platform.retry import RetryPolicy
from benchmarks.sample import ANSWERS
from tests.submitted import submit_answers


def test_a_recorded_event_is_relayed_as_soon_as_it_commits(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setitem(app.extensions, "bell", RelayAtHand(sent.extend))
    submit_answers(session, ANSWERS)
    session.commit()
    assert sent == list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
    assert sent


def test_a_worker_delivers_what_a_handler_records_and_sends_what_follows_from_that_as_tasks(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Sequence[int]] = []
    at_hand = RelayAtHand(sent.append)
    monkeypatch.setitem(app.extensions, "bell", at_hand)
    submit_answers(session, ANSWERS)
    session.commit()
    (task,) = sent
    policy, keeper = RetryPolicy(base=0, cap=0, max_attempts=1), app.extensions["lease_keeper"]
    deliver(session, task, current_subscriptions(), policy, keeper, sent.append, at_hand)
    done = session.scalars(select(Delivery).filter_by(status="done").order_by(Delivery.done_at))
    assert [delivery.subscriber for delivery in done][:3] == [
        "scoring.score_fit",
        "engagements.propose_engagement",
        "notifications.confirm_receipt",
    ]
    proposed = session.scalars(select(Delivery).filter_by(status="waiting")).all()
    assert {delivery.id for delivery in proposed} == {one for task in sent[1:] for one in task}


def test_an_event_that_cannot_be_relayed_at_its_commit_is_left_to_the_relay(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "bell", RelayAtHand(lambda _: None))
    submit_answers(session, ANSWERS)

    def cut_off(*_: object) -> None:
        raise psycopg.OperationalError

    event.listen(db.engine, "checkout", cut_off)
    try:
        session.commit()
    finally:
        event.remove(db.engine, "checkout", cut_off)
    assert session.scalars(select(StoredEvent.relayed_at)).all() == [None]
