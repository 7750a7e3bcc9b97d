"""The spans of what leaves the site: webhooks, bridges, the chat."""

import uuid
from collections.abc import Callable, Sequence

import pytest
from cloudevents.core.v1.event import CloudEvent

from app.bridges.sink import Sent
from tests.collector import Collector
from tests.integration.bridges.conftest import Mover, OtherSide, Write, bridge_to, write
from tests.integration.chat.conftest import Courier as ChatCourier
from tests.integration.chat.conftest import Tell, tell, webhook_url
from tests.integration.chat.conftest import courier as chat_courier
from tests.integration.webhooks.conftest import Add, Courier, Happen, add, courier, happen
from tests.webhook_receiver import Reply, WebhookReceiver

__all__ = ["add", "bridge_to", "chat_courier", "courier", "happen"]
__all__ += ["tell", "webhook_url", "write"]

ADDRESSES = {
    "kafka": "kafka://secret.example:9092/events?from=start",
    "rabbitmq": "amqp://ada:secret@secret.example/portal?exchange=events&from=start",
    "aws_eventbridge": "eventbridge://events?region=eu-west-1&from=start",
}
Collect = Callable[[], Collector]


def test_each_try_to_send_a_webhook_has_a_span_in_its_events_trace(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver, sent: Collect
) -> None:
    receiver.answer = lambda before: Reply(200 if before else 503, body=b"secret")
    endpoint, event = add(), happen("secret")
    courier.work()
    courier.hurry()
    courier.send_due()
    collector = sent()
    failed, went = collector.named("send webhook application.more_provided")
    (recording,) = collector.named("record application.more_provided")
    for tries, span in enumerate((failed, went), start=1):
        assert (span.kind, span.trace_id, span.parent_id) == (
            "client",
            recording.trace_id,
            recording.span_id,
        )
        assert span.attributes["webhook.endpoint_id"] == str(endpoint.id)
        assert span.attributes["cloudevents.event_id"] == str(event.id)
        assert span.attributes["webhook.attempt"] == tries
    assert (failed.is_error, failed.attributes["error.type"]) == (True, "503")
    assert (went.is_error, went.attributes["http.response.status_code"]) == (False, 200)
    assert_discreet(collector, receiver.url)


def test_the_span_of_an_unanswered_webhook_names_the_kind_of_failure(
    add: Add, happen: Happen, courier: Courier, sent: Collect
) -> None:
    add(url="http://secret.invalid/events")
    happen()
    courier.work()
    collector = sent()
    (span,) = collector.named("send webhook application.more_provided")
    assert span.is_error and span.attributes["error.type"] == "name_not_found"
    assert_discreet(collector)


@pytest.mark.parametrize("system", ADDRESSES)
def test_each_batch_of_a_bridge_has_a_span_that_links_to_its_events(
    bridge_to: Callable[..., Mover],
    write: Write,
    sent: Collect,
    system: str,
) -> None:
    write(count=3, streams=2)
    other_side = OtherSide()
    bridge_to(ADDRESSES[system], other_side)
    collector = sent()
    (span,) = collector.named(f"send events to {system}")
    assert (span.kind, span.parent_id, span.is_error) == ("producer", "", False)
    assert span.attributes == {
        "messaging.operation.type": "send",
        "messaging.system": system,
        "messaging.destination.name": "events",
        "messaging.batch.message_count": 6,
        "bridge.settled": 6,
        "bridge.passed_over": 0,
    }
    recorded = collector.named("record application.more_provided")
    assert sorted(span.links) == sorted((one.trace_id, one.span_id) for one in recorded)
    assert_discreet(collector)


def test_a_batch_that_stops_half_way_leaves_a_failed_span(
    bridge_to: Callable[..., Mover], write: Write, sent: Collect
) -> None:
    def stop_after_one(batch: Sequence[CloudEvent]) -> Sent:
        return Sent(1, {str(uuid.uuid4()): "too large"}, "_TIMED_OUT")

    write(count=2)
    other_side = OtherSide()
    other_side.answer = stop_after_one
    bridge_to(ADDRESSES["kafka"], other_side)
    (span,) = sent().named("send events to kafka")
    assert (span.is_error, span.attributes["error.type"]) == (True, "_TIMED_OUT")
    assert (span.attributes["bridge.settled"], span.attributes["bridge.passed_over"]) == (1, 1)


def test_each_try_to_post_a_chat_message_has_a_span_in_its_events_trace(
    tell: Tell, chat_courier: ChatCourier, receiver: WebhookReceiver, sent: Collect
) -> None:
    receiver.answer = lambda before: Reply(200 if before else 503)
    message = tell("secret")
    chat_courier.send_due()
    chat_courier.hurry()
    chat_courier.send_due()
    collector = sent()
    failed, went = collector.named("send chat message test")
    (recording,) = collector.named("record application.more_provided")
    for tries, span in enumerate((failed, went), start=1):
        assert span.parent_id == recording.span_id and span.kind == "client"
        assert span.attributes["chat.message_id"] == str(message.id)
        assert span.attributes["chat.attempt"] == tries
    assert failed.attributes["error.type"] == "NotTaken" and not went.is_error
    assert_discreet(collector, receiver.url)


def assert_discreet(collector: Collector, *addresses: str) -> None:
    """No span says where it went, or what was said."""
    told = b"".join(collector.bodies).lower()
    for private in ("secret", "t0p-s3cr3t", *addresses):
        assert private.encode() not in told
