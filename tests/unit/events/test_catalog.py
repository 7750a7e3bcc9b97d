"""The catalog's wording, and an example of every message."""

import json
import re
from typing import Any, Literal

import msgspec
import pytest

from app.events.contract.asyncapi import CLOUD_EVENT, asyncapi_document
from app.events.contract.catalog import Field, describe_events, describe_fields, kind_in_words
from app.events.contract.cloudevents import schema_address, to_json
from app.events.contract.example import example_event
from app.events.subscription import Subscriptions
from app.events.types import Event, declared_events, decode_event, event
from app.subscriptions import SUBSCRIPTIONS
from config import ROOT

SITE = "https://example.com"
WEBHOOKS = ROOT / "docs" / "webhooks.md"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "string"}, "string"),
        ({"enum": ["stripe", "cash"]}, "stripe or cash"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"type": "array", "items": {"type": "integer"}}, "list of integer"),
        ({"$ref": "#/$defs/Place"}, "Place"),
        ({}, "any"),
    ],
)
def test_the_type_of_a_field_is_described_in_words(field: dict[str, Any], words: str) -> None:
    assert kind_in_words(field) == words


def test_a_field_says_whether_it_is_personal_and_whether_it_may_be_left_out(
    nothing_declared: None,
) -> None:
    @event("person.hired", version=1, personal=("name",))
    class Hired(Event, frozen=True):
        """Somebody was hired."""

        name: str
        way: Literal["post", "visit"] = "post"

    assert describe_fields(Hired) == [
        Field("name", "string", is_personal=True, is_required=True),
        Field("way", "post or visit", is_personal=False, is_required=False),
    ]


def test_every_type_is_in_the_catalog_with_its_subscribers() -> None:
    subscriptions = Subscriptions(SUBSCRIPTIONS)
    types = {one.name: one for one in describe_events(subscriptions, SITE)}
    assert set(types) == set(declared_events())
    submitted = types["application.submitted"]
    assert (submitted.domain, submitted.stream_kind) == ("applications", "application")
    assert submitted.subscribers[:2] == ["scoring.score_fit", "notifications.confirm_receipt"]
    assert types["deposit.paid"].stream_kind == "engagement"
    document = asyncapi_document(subscriptions, SITE, title="Events")
    for one in types.values():
        told = document["components"]["messages"][one.name]["x-subscribers"]
        assert told == one.subscribers


def test_an_event_that_a_room_declares_is_one_of_the_whole_domain() -> None:
    types = {one.name: one for one in describe_events(Subscriptions({}), SITE)}
    assert types["working_day.began"].domain == "review"
    assert types["delivery.dead_lettered"].domain == "events"


def test_every_example_is_a_message_that_can_be_read_back() -> None:
    for name, declared in declared_events().items():
        message = json.loads(to_json(example_event(declared), SITE))
        decoded = decode_event(name, message["data"], declared.schema_version)
        assert decoded == example_event(declared).data, name
        assert message["dataschema"] == f"{SITE}/api/v1/schemas/{name}/{declared.schema_version}"


def test_the_envelope_is_described_attribute_by_attribute() -> None:
    for declared in declared_events().values():
        message = json.loads(to_json(example_event(declared), SITE))
        assert set(message) == set(CLOUD_EVENT["properties"]) == set(CLOUD_EVENT["required"])


def test_a_type_generator_finds_each_message_under_a_distinct_name() -> None:
    document = asyncapi_document(Subscriptions(SUBSCRIPTIONS), SITE, title="Events")
    payloads = {name: one["payload"] for name, one in document["components"]["messages"].items()}
    assert len({payload["title"] for payload in payloads.values()}) == len(payloads)
    for name, payload in payloads.items():
        assert payload["allOf"] == [{"$ref": "#/components/schemas/CloudEvent"}]
        assert payload["properties"]["type"] == {"const": name}


def test_the_document_promises_no_more_than_webhooks_and_bridges_keep() -> None:
    document = asyncapi_document(Subscriptions(SUBSCRIPTIONS), SITE, title="Events")
    promised, bridges = document["info"]["description"], (ROOT / "docs/bridges.md").read_text()
    assert "over a bridge, not by webhooks" in promised
    assert "**In order within a stream**" in bridges
    assert "**The order is not promised**" in WEBHOOKS.read_text()
    assert "Over Kafka a message is its data alone" in promised
    assert "the value is the event's data as plain JSON" in bridges


def test_the_message_in_the_webhooks_docs_is_one_that_the_site_could_send() -> None:
    (printed,) = re.findall(r"```json\n(.*?)```", WEBHOOKS.read_text(), re.DOTALL)
    message = json.loads(printed)
    declared = declared_events()[message["type"]]
    assert set(message) == set(CLOUD_EVENT["properties"])
    assert message["dataschema"] == schema_address(
        declared.type, declared.schema_version, message["source"]
    )
    data = decode_event(declared.type, message["data"], declared.schema_version)
    assert msgspec.to_builtins(data) == message["data"]
