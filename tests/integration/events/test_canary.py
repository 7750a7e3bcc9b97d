"""The canary takes the same route as every event, again and again, and leaves only one behind."""

import math
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.canary import SUBSCRIBER, canary_age, send_canary
from app.events.delivery.figures import flow_figures
from app.events.models import Delivery, StoredEvent
from app.events.subscription import current_subscriptions
from app.operations.picture import draw_flow
from app.platform.database import Model

LATER = text("UPDATE canary_arrivals SET arrived_at = arrived_at - interval '1 hour'")
FAILED = text("UPDATE deliveries SET last_error = 'LockNotAvailable'")


def send(session: Session) -> None:
    send_canary(session)
    session.commit()


def counted(session: Session, model: type[Model]) -> int:
    return len(session.scalars(select(model)).all())


def test_the_canary_arrives_again_and_again_without_growing_the_log(
    session: Session, handle_events: Callable[[], None]
) -> None:
    for _ in range(3):
        send(session)
        handle_events()
        assert canary_age(session) < 60
        session.execute(LATER)
        session.commit()
        assert canary_age(session) > 3600
    assert counted(session, StoredEvent) == counted(session, Delivery) == 1


def test_a_canary_still_on_its_way_is_not_sent_again(
    session: Session, handle_events: Callable[[], None]
) -> None:
    send(session)
    send(session)
    assert counted(session, StoredEvent) == 1
    handle_events()
    send(session)
    send(session)
    assert session.scalars(select(StoredEvent.relayed_at)).all() == [None]
    assert counted(session, Delivery) == 0


def test_a_canary_that_failed_keeps_its_history_and_a_new_one_is_sent(
    session: Session, handle_events: Callable[[], None]
) -> None:
    send(session)
    handle_events()
    session.execute(FAILED)
    session.execute(LATER)
    session.commit()
    send(session)
    handle_events()
    assert canary_age(session) < 60
    send(session)
    handle_events()
    assert counted(session, StoredEvent) == counted(session, Delivery) == 2


def test_the_canarys_age_is_reported_and_it_counts_in_no_other_figure(
    client: FlaskClient, session: Session, handle_events: Callable[[], None]
) -> None:
    assert math.isinf(canary_age(session))
    assert "canary_age_seconds +Inf" in client.get("/metrics").text
    send(session)
    handle_events()
    figures = client.get("/metrics").text
    assert "canary_age_seconds" in figures and "canary_age_seconds +Inf" not in figures
    assert SUBSCRIBER not in figures
    flow = flow_figures(session)
    assert flow.done_hour == 0
    picture = draw_flow(flow, current_subscriptions(), {}, set())
    shown = [*(node.figures.name for node in picture.subscribers), *(t.name for t in picture.types)]
    assert "scoring.score_fit" in shown
    assert SUBSCRIBER not in shown and "canary.released" not in shown


def test_a_canary_waiting_for_the_relay_is_counted_but_its_old_event_alerts_nobody(
    client: FlaskClient, session: Session, handle_events: Callable[[], None]
) -> None:
    send(session)
    handle_events()
    send(session)
    figures = client.get("/metrics").text
    assert "events_unrelayed 1.0\n" in figures
    assert "events_unrelayed_oldest_seconds 0.0\n" in figures
