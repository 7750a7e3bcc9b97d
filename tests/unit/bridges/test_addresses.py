"""EVENT_BRIDGES and EVENT_INTAKE: every kind of address, and an explanation of each error."""

import pytest

from app.applications.intake.address import parse_intake
from app.bridges.addresses import (
    EventBridgeAddress,
    KafkaAddress,
    RabbitAddress,
    parse_bridges,
)
from app.platform.kafka import KafkaTopic
from config import ConfigurationError

KAFKA = "kafka://one:9092,two:9093/events"
RABBIT = "amqps://site:s3cret@rabbit.example/portal?exchange=events"
EVENTBRIDGE = "eventbridge://bus?region=eu-west-1"


def test_without_the_setting_there_is_no_bridge() -> None:
    assert parse_bridges("") == parse_bridges(" \n , ") == []


@pytest.mark.parametrize("between", [" ", ",", ", ", "\n", " ,\n "])
def test_addresses_are_separated_by_commas_or_white_space(between: str) -> None:
    bridges = parse_bridges(between.join([KAFKA, RABBIT, EVENTBRIDGE]))
    assert [type(bridge) for bridge in bridges] == [KafkaAddress, RabbitAddress, EventBridgeAddress]


def test_each_kind_is_read_with_all_its_options() -> None:
    kafka, rabbit, eventbridge = parse_bridges(
        f"kafka://site:s%3Acret@one:9092,two:9093/events?sasl=SCRAM-SHA-512&tls=yes&from=start"
        f" {RABBIT}&personal=yes {EVENTBRIDGE}&endpoint=http://127.0.0.1:5000&name=aws"
    )
    assert kafka == KafkaAddress(
        name="kafka://one:9092,two:9093/events",
        from_start=True,
        kafka=KafkaTopic(
            servers="one:9092,two:9093",
            topic="events",
            user="site",
            password="s:cret",
            mechanism="SCRAM-SHA-512",
            tls=True,
        ),
    )
    assert rabbit == RabbitAddress(
        name="amqps://rabbit.example/portal?exchange=events",
        with_personal=True,
        url="amqps://site:s3cret@rabbit.example/portal",
        exchange="events",
    )
    assert eventbridge == EventBridgeAddress(
        name="aws", bus="bus", region="eu-west-1", endpoint="http://127.0.0.1:5000"
    )


def test_neither_a_bridges_name_nor_its_repr_contains_the_password() -> None:
    for bridge in parse_bridges(f"kafka://site:s3cret@one:9092/events {RABBIT}"):
        assert "s3cret" not in bridge.name
        assert "s3cret" not in repr(bridge)
    intake = parse_intake("kafka://site:s3cret@one:9092/commands?group=portal")
    assert "s3cret" not in repr(intake)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mqtt://host/topic", "must start with kafka://"),
        ("kafka://host/topic", "needs host:port"),
        ("kafka://host:9092,other/topic", "needs host:port"),
        ("kafka://host:99999/topic", "needs host:port"),
        ("kafka://host:9092,other:0/topic", "needs host:port"),
        ("kafka://[::1]/topic", "needs host:port"),
        ("kafka://host:9092", "needs a topic"),
        ("kafka://host:9092/two/topics", "needs a topic"),
        ("kafka://host:9092/topic?tls=maybe", "tls=maybe, which must be yes or no"),
        ("kafka://host:9092/topic?sasl=NTLM", "sasl=NTLM, which must be PLAIN"),
        ("kafka://host:9092/topic?form=start", "the unknown option form="),
        ("kafka://host:9092/topic?from=middle", "from=middle, which must be start or end"),
        ("amqp://host/vhost", "an exchange"),
        ("amqp://host:port/vhost?exchange=events", "needs a host"),
        ("amqp://host:65536/vhost?exchange=events", "needs a host"),
        ("amqps://host/vhost?exchange=events&personal=1", "must be yes or no"),
        ("kafka://host:9092/topic?tls=yes&ca=/nothing", "not a file of certificates"),
        ("kafka://host:9092/topic?ca=/nothing", "has a ca=, which needs tls=yes"),
        ("amqps://host/vhost?exchange=events&ca=/nothing", "not a file of certificates"),
        (f"amqps://host/vhost?exchange=events&ca={__file__}", "not a file of certificates"),
        ("amqp://host/vhost?exchange=events&ca=/nothing", "needs amqps://"),
        ("eventbridge://bus", "a region"),
        ("eventbridge://?region=eu-west-1", "needs a bus"),
        ("eventbridge://bus?region=-", "a region"),
        ("eventbridge://bus?region=eu-west-1&endpoint=host", "needs an endpoint= like https://"),
        (
            "eventbridge://bus?region=eu-west-1&endpoint=https://",
            "needs an endpoint= like https://",
        ),
        ("kafka://[host:9092/topic", "is not an address"),
    ],
)
def test_an_invalid_address_stops_startup_with_an_explanation(address: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=r"EVENT_BRIDGES .*address 2 .*\.$") as caught:
        parse_bridges(f"{EVENTBRIDGE}, {address}")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("between", [" ", ","])
def test_an_address_without_a_scheme_is_not_taken_for_part_of_the_one_before(between: str) -> None:
    for address in (RABBIT, EVENTBRIDGE, "kafka://one:9092/events"):
        with pytest.raises(ConfigurationError, match="EVENT_BRIDGES is wrong: address 1 "):
            parse_bridges(f"{address}{between}host:9092/events")


def test_no_error_message_repeats_a_password() -> None:
    for wrong in (
        "amqp://site:s3cret@host/vhost",
        "amqp://site:s3cret℀@host/vhost?exchange=events",
        "kafka://site:s3cret@host/topic",
        "s3cret",
    ):
        with pytest.raises(ConfigurationError) as caught:
            parse_bridges(wrong)
        assert "s3cret" not in str(caught.value)


def test_two_bridges_cannot_share_a_name() -> None:
    with pytest.raises(ConfigurationError, match="two bridges called"):
        parse_bridges(f"{KAFKA} {KAFKA}?personal=yes")
    assert len(parse_bridges(f"{KAFKA} {KAFKA}?personal=yes&name=trusted")) == 2


def test_the_intake_has_a_topic_a_group_and_a_topic_for_dead_letters() -> None:
    intake = parse_intake("kafka://one:9092/commands?group=portal&tls=yes")
    assert (intake.kafka.topic, intake.kafka.tls) == ("commands", True)
    assert (intake.group, intake.dead_letters) == ("portal", "commands.dead-letters")
    named = parse_intake("kafka://one:9092/commands?group=portal&dead_letters=refused")
    assert named.dead_letters == "refused"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("amqp://host/commands?group=portal", "must start with kafka://"),
        ("kafka://host:9092/commands", "needs a group"),
        ("kafka://host:9092/?group=portal", "needs a topic"),
        ("kafka://host:9092/commands?group=a&dead_letters=commands", "needs a different topic"),
        ("kafka://host:9092/commands?group=a&personal=yes", "unknown option personal="),
    ],
)
def test_an_invalid_intake_stops_startup_with_an_explanation(setting: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^EVENT_INTAKE .*\.$") as caught:
        parse_intake(setting)
    assert sentence in str(caught.value)
