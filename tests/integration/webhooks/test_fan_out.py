"""Which event becomes a message for which endpoint."""

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDeclined, MoreProvided
from app.events.store import record
from app.events.types import stream_of
from app.platform.database import db, new_id
from app.webhooks.fan_out import fan_out_events
from app.webhooks.messages import send_test
from app.webhooks.queries import place_figures
from app.webhooks.service import disable_endpoint, enable_endpoint
from app.webhooks.tasks import sweep_webhooks
from tests.integration.events.conftest import record_from_tomorrow
from tests.integration.webhooks.conftest import Add, Courier, Happen
from tests.webhook_receiver import WebhookReceiver

OTHER = ApplicationDeclined.type


def test_an_endpoint_gets_each_event_of_its_chosen_types_once(
    add: Add, happen: Happen, courier: Courier
) -> None:
    chosen, other = add(MoreProvided.type, OTHER), add(OTHER)
    events = [happen() for _ in range(3)]
    courier.fan_out()
    courier.fan_out()
    assert [m.event_id for m in courier.messages(chosen)] == [event.id for event in events]
    assert courier.messages(other) == []


def test_fan_out_waits_at_an_event_of_a_newer_release_without_holding_up_earlier_messages(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    record_from_tomorrow(session)
    happen()
    sweep_webhooks()
    sweep_webhooks()
    assert len(courier.messages(endpoint)) == 1


def test_the_figures_show_how_far_fan_out_is_behind(
    session: Session, client: FlaskClient, add: Add, happen: Happen, courier: Courier
) -> None:
    happen()
    assert place_figures(session).lag == 0  # nobody follows the log yet
    add()
    courier.fan_out()
    happen()
    happen()
    figures = client.get("/metrics").text
    assert "webhook_lag_events 2.0" in figures and "webhook_oldest_seconds 0.0\n" not in figures
    courier.fan_out()
    figures = client.get("/metrics").text
    assert "webhook_lag_events 0.0" in figures and "webhook_oldest_seconds 0.0\n" in figures


def test_an_endpoint_without_types_gets_every_type(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    endpoint.event_types = []
    session.commit()
    happen()
    courier.fan_out()
    types = {message.event.type for message in courier.messages(endpoint)}
    assert types == {"webhook.endpoint_added", MoreProvided.type}


def test_an_endpoint_gets_no_events_recorded_before_it_was_added(
    add: Add, happen: Happen, courier: Courier
) -> None:
    happen()
    first = add()
    after_first = happen()
    second = add()
    courier.fan_out()
    assert [m.event_id for m in courier.messages(first)] == [after_first.id]
    assert courier.messages(second) == []


def test_an_endpoint_gets_no_events_recorded_while_it_was_disabled(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    disable_endpoint(session, endpoint, because="staff", actor="staff:ada")
    session.commit()
    happen()
    enable_endpoint(session, endpoint, actor="staff:ada")
    session.commit()
    later = happen()
    courier.fan_out()
    assert [m.event_id for m in courier.messages(endpoint)] == [later.id]


def test_an_endpoint_still_gets_events_recorded_before_it_was_disabled_whenever_they_fan_out(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint = add()
    first = happen()
    disable_endpoint(session, endpoint, because="staff", actor="staff:ada")
    session.commit()
    courier.work()
    assert receiver.ids == []
    enable_endpoint(session, endpoint, actor="staff:ada")
    session.commit()
    second = happen()
    disable_endpoint(session, endpoint, because="staff", actor="staff:ada")
    session.commit()
    happen()
    enable_endpoint(session, endpoint, actor="staff:ada")
    session.commit()
    courier.work()
    assert set(receiver.ids) == {str(first.id), str(second.id)}


def test_an_event_that_commits_late_is_not_skipped(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    with Session(db.engine) as slow:
        stream = stream_of("application", new_id())
        late = record(slow, stream, MoreProvided(message="late"), actor="prospect", person=new_id())
        early = happen()
        courier.fan_out()
        assert courier.messages(endpoint) == []
        session.rollback()
        slow.commit()
    courier.fan_out()
    assert {m.event_id for m in courier.messages(endpoint)} == {early.id, late.id}


def test_an_event_that_is_read_twice_makes_one_message(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    courier.fan_out()
    session.execute(text("UPDATE webhook_place SET horizon = 0, position = 0"))
    session.commit()
    courier.fan_out()
    assert len(courier.messages(endpoint)) == 1


def test_only_one_of_two_workers_fans_out(
    session: Session, add: Add, happen: Happen, courier: Courier
) -> None:
    endpoint = add()
    happen()
    with Session(db.engine) as other:
        assert fan_out_events(other) is False  # few events: all done, and not committed yet
        courier.fan_out()
        assert courier.messages(endpoint) == []
        session.rollback()
        other.commit()
    assert len(courier.messages(endpoint)) == 1


def test_without_any_endpoint_the_log_is_not_followed(session: Session, happen: Happen) -> None:
    happen()
    assert fan_out_events(session) is False
    assert session.scalar(text("SELECT count(*) FROM webhook_place")) == 0


def test_a_test_message_goes_to_its_own_endpoint_alone(
    session: Session, add: Add, courier: Courier
) -> None:
    endpoint, other = add(), add()
    other.event_types = []
    send_test(session, endpoint, actor="staff:ada")
    session.commit()
    courier.fan_out()
    assert [m.event.type for m in courier.messages(endpoint)] == ["webhook.tested"]
    assert "webhook.tested" not in {m.event.type for m in courier.messages(other)}
