"""The spans of a bridge: one per batch. A batch belongs to many events, so it links to them."""

import secrets
from collections.abc import Sequence

from app.bridges.addresses import (
    BridgeAddress,
    EventBridgeAddress,
    KafkaAddress,
    RabbitAddress,
)
from app.bridges.sink import Sent
from app.events.spans import event_context
from app.events.types import RecordedEvent
from app.platform.telemetry.spans import NO_SPAN, Span, is_collecting, span


def batch_span(address: BridgeAddress, events: Sequence[RecordedEvent]) -> Span:
    """The span of sending these events on."""
    if not is_collecting():
        return NO_SPAN
    system, destination = _other_side(address)
    return span(
        f"send events to {system}",
        "producer",
        {
            "messaging.operation.type": "send",
            "messaging.system": system,
            "messaging.destination.name": destination,
            "messaging.batch.message_count": len(events),
        },
        trace_id=secrets.token_hex(16),
        links=[event_context(event.id, event.metadata.correlation_id) for event in events],
    )


def describe_outcome(sending: Span, sent: Sent) -> None:
    """Add to the span how much of the batch was settled."""
    sending.describe({"bridge.settled": sent.settled, "bridge.passed_over": len(sent.passed_over)})
    if sent.trouble:
        sending.fail(sent.trouble)


def _other_side(address: BridgeAddress) -> tuple[str, str]:
    """The kind of broker, and its topic, exchange or bus. Not the bridge's name, which may be an
    address."""
    match address:
        case KafkaAddress():
            return "kafka", address.kafka.topic
        case RabbitAddress():
            return "rabbitmq", address.exchange
        case EventBridgeAddress():
            return "aws_eventbridge", address.bus
    raise TypeError(address)
