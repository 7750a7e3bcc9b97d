"""The worker is killed while another server has its messages and has not answered yet."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from app.webhooks.claims import MOST_IN_FLIGHT_EACH
from tests.faults.handled import changed
from tests.prospects import submit
from tests.site import Site, eventually
from tests.webhook_receiver import WebhookReceiver

ADD_STAFF = """
INSERT INTO staff (id, email, name, password_hash, session_stamp)
VALUES (%s, 'ada@champlin.example', 'Ada', 'none', '') RETURNING id
"""
ADD_ENDPOINT = """
INSERT INTO webhook_endpoints
    (id, url, description, event_types, with_personal, secret, created_by_id)
VALUES (gen_random_uuid(), %s, '', '["application.submitted"]', false, 'whsec_c2VjcmV0', %s)
RETURNING id
"""
FOLLOW_THE_LOG = "INSERT INTO webhook_place VALUES (1, 0, 0) RETURNING id"
SUBMITTED = "SELECT id::text FROM events WHERE type = 'application.submitted'"
UNDELIVERED = "SELECT count(*) FROM webhook_messages WHERE status <> 'delivered'"
MADE = "SELECT count(*) FROM webhook_messages"
# How messages would behave if a claimed one counted as sent.
FORGETFUL = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.status := 'delivered'; RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE UPDATE ON webhook_messages FOR EACH ROW
    WHEN (OLD.status = 'sending' AND NEW.status = 'waiting') EXECUTE FUNCTION forget();
"""
CAREFUL = "DROP TRIGGER forget ON webhook_messages; DROP FUNCTION forget"


@pytest.fixture
def receiver(site: Site) -> Iterator[WebhookReceiver]:
    """A receiver that gets a message for each application, and hangs."""
    with WebhookReceiver() as receiver:
        receiver.answer = receiver.hang
        staff = site.value(ADD_STAFF, uuid.uuid4())
        site.value(ADD_ENDPOINT, receiver.url, staff)
        site.value(FOLLOW_THE_LOG)
        yield receiver


def kill_worker_while_it_sends(site: Site, receiver: WebhookReceiver, count: int) -> None:
    """Kill the worker with messages in flight and others queued; the receiver then forgets all."""
    submit(site, count)
    eventually(lambda: site.value(MADE) == count)
    eventually(lambda: len(receiver.received) == MOST_IN_FLIGHT_EACH)
    site.kill("worker")
    receiver.begin_anew()
    site.start("worker")
    eventually(lambda: site.value(UNDELIVERED) == 0)


def missing(site: Site, receiver: WebhookReceiver) -> set[str]:
    """The ids of the events that the receiver has not acknowledged."""
    return {event_id for (event_id,) in site.rows(SUBMITTED)} - set(receiver.ids)


def test_a_worker_killed_while_it_sends_webhooks_loses_none(
    site: Site,
    receiver: WebhookReceiver,
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    count = scale(10, 200)
    kill_worker_while_it_sends(site, receiver, count)
    assert missing(site, receiver) == set()
    note(
        f"worker killed with {MOST_IN_FLIGHT_EACH} webhooks under way and"
        f" {count - MOST_IN_FLIGHT_EACH} behind them: all {count} arrived afterwards"
    )


def test_if_claimed_messages_counted_as_sent_some_would_be_lost(
    site: Site, receiver: WebhookReceiver
) -> None:
    """The control: nothing is retried."""
    with changed(site, FORGETFUL, CAREFUL):
        kill_worker_while_it_sends(site, receiver, 2 * MOST_IN_FLIGHT_EACH)
    assert len(missing(site, receiver)) == MOST_IN_FLIGHT_EACH
