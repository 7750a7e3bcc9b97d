"""The AsyncAPI 3 document: the channels, messages and payloads that the site sends.

Each kind of stream is a channel. How a channel is carried (webhooks, a bridge to a broker) depends
on the installation, so the document names no server.
"""

from typing import Any

import msgspec

from app.events.contract.catalog import domain_of
from app.events.contract.cloudevents import schema_address, to_json
from app.events.contract.example import example_event
from app.events.contract.schema import Schema, json_schema, meaning_of
from app.events.subscription import Subscriptions
from app.events.types import Event, declared_events

Part = dict[str, Any]

MEMBERS: Schema = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "The same at every repeat."},
    "source": {"type": "string", "format": "uri", "description": "The site."},
    "type": {"type": "string"},
    "subject": {"type": "string", "description": "The stream."},
    "time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
    "datacontenttype": {"const": "application/json"},
    "dataschema": {"type": "string", "format": "uri"},
    "partitionkey": {"type": "string", "description": "The stream: a bridge keeps its order."},
    "sequence": {"type": "string", "description": "Its place in the stream; sorts as text."},
    "traceparent": {"type": "string", "description": "The W3C trace context."},
    "data": {"type": "object"},
}
CLOUD_EVENT: Schema = {
    "title": "CloudEvent",
    "description": "CloudEvents 1.0 in its JSON format, with the documented extensions"
    " partitionkey, sequence and traceparent.",
    "type": "object",
    "properties": MEMBERS,
    "required": list(MEMBERS),
}


def asyncapi_document(subscriptions: Subscriptions, base_url: str, *, title: str) -> Part:
    """The whole document, made from the declared event types."""
    declared = sorted(declared_events().values(), key=lambda one: one.type)
    kinds = sorted({one.stream_kind for one in declared})
    domains = sorted({domain_of(one) for one in declared})
    return {
        "asyncapi": "3.0.0",
        "id": base_url,
        "info": {
            "title": title,
            "version": "1.0.0",
            "description": "What happens here, as it is sent. Delivery is at least once; in order"
            " within a stream over a bridge, not by webhooks. Over Kafka a message is its data"
            " alone, and its other members are headers. Ignore fields that you don't know.",
            "tags": [{"name": domain} for domain in domains],
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {kind: _channel(kind, declared) for kind in kinds},
        "operations": {f"send-{kind}": _operation(kind, declared) for kind in kinds},
        "components": {
            "schemas": {
                "CloudEvent": CLOUD_EVENT,
                **{_schema_key(one): _payload(one, base_url) for one in declared},
            },
            "messages": {one.type: _message(one, subscriptions, base_url) for one in declared},
        },
    }


def _channel(kind: str, declared: list[type[Event]]) -> Part:
    return {
        "address": f"{kind}-{{id}}",
        "description": f"Everything that happens to one {kind}, in its order.",
        "parameters": {"id": {"description": f"The id of the {kind}."}},
        "messages": {
            one.type: {"$ref": f"#/components/messages/{one.type}"}
            for one in declared
            if one.stream_kind == kind
        },
    }


def _operation(kind: str, declared: list[type[Event]]) -> Part:
    sent = [one for one in declared if one.stream_kind == kind]
    return {
        "action": "send",
        "summary": f"Tell what has happened to one {kind}.",
        "channel": {"$ref": f"#/channels/{kind}"},
        "tags": [{"name": domain} for domain in sorted(set(map(domain_of, sent)))],
        "messages": [{"$ref": f"#/channels/{kind}/messages/{one.type}"} for one in sent],
    }


def _message(declared: type[Event], subscriptions: Subscriptions, base_url: str) -> Part:
    address = schema_address(declared.type, declared.schema_version, base_url)
    own = {
        "type": {"const": declared.type},
        "dataschema": {"const": address},
        "data": {"$ref": f"#/components/schemas/{_schema_key(declared)}"},
    }
    return {
        "name": declared.type,
        "title": declared.__name__,
        "summary": meaning_of(declared),
        "contentType": "application/cloudevents+json",
        "tags": [{"name": domain_of(declared)}],
        "x-subscribers": subscriptions.subscribers_of(declared.type),
        # Code generators name a type after its title, and mix up allOf members that have none.
        "payload": {
            "title": declared.__name__,
            "type": "object",
            "allOf": [{"$ref": "#/components/schemas/CloudEvent"}],
            "properties": own,
        },
        "examples": [
            {"payload": msgspec.json.decode(to_json(example_event(declared), base_url))},
        ],
    }


def _payload(declared: type[Event], base_url: str) -> Schema:
    return json_schema(declared, base_url, place=f"#/components/schemas/{_schema_key(declared)}")


def _schema_key(declared: type[Event]) -> str:
    return f"{declared.type}.v{declared.schema_version}"
