"""A process that can relay needs no bell."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.database import db
from app.events.models import Delivery, StoredEvent
from app.events.relay import RelayAtHand
from benchmarks.sample import ANSWERS
from tests.submitted import submit_answers


def test_what_is_recorded_is_relayed_with_the_commit(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setitem(app.extensions, "bell", RelayAtHand(sent.extend))
    submit_answers(session, ANSWERS)
    session.commit()
    assert sent == list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
    assert sent


def test_what_cannot_be_relayed_is_left_to_the_relay(
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
