"""An event on the wire: a CloudEvents 1.0 message, the same by every route out of the site."""

import msgspec
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from app.events.types import RecordedEvent, without_personal
from app.platform.telemetry.context import SpanContext, span_id_of, trace_id_of, write_traceparent

_json = JSONFormat()


def to_cloud_event(recorded: RecordedEvent, base_url: str, *, with_personal: bool) -> CloudEvent:
    """The event as a CloudEvent with the data as JSON types; ``base_url`` is the site's address.
    Without ``with_personal``, personal fields are empty rather than absent, so that the message
    still fits its schema.

    Besides the core attributes it carries the documented extensions partitionkey (the stream),
    sequence (the place in the stream, padded so that it sorts as text) and traceparent.
    """
    data = recorded.data if with_personal else without_personal(recorded.data)
    schema = schema_address(recorded.type, data.schema_version, base_url)
    return CloudEvent(
        {
            "id": str(recorded.id),
            "source": base_url,
            "type": recorded.type,
            "subject": recorded.stream,
            "time": recorded.recorded_at,
            "datacontenttype": "application/json",
            **({} if data.is_exhibit else {"dataschema": schema}),
            "partitionkey": recorded.stream,
            "sequence": f"{recorded.version:010}",
            "traceparent": traceparent(recorded),
        },
        msgspec.to_builtins(data),
    )


def to_json(recorded: RecordedEvent, base_url: str, *, with_personal: bool = True) -> bytes:
    """The CloudEvent in the JSON event format (application/cloudevents+json)."""
    return _json.write(to_cloud_event(recorded, base_url, with_personal=with_personal))


def schema_address(event_type: str, schema_version: int, base_url: str) -> str:
    """The URL at which the payload's JSON Schema is served."""
    return f"{base_url.rstrip('/')}/api/v1/schemas/{event_type}/{schema_version}"


def traceparent(recorded: RecordedEvent) -> str:
    """The W3C trace context: the correlation id is the trace, the event itself the parent span."""
    context = SpanContext(trace_id_of(recorded.metadata.correlation_id), span_id_of(recorded.id))
    return write_traceparent(context)
