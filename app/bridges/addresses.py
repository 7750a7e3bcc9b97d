"""The addresses in EVENT_BRIDGES, read once at startup; a wrong one stops it with a sentence."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult

import msgspec
from flask import Flask, current_app

from app.platform.address_options import (
    YES_OR_NO,
    Options,
    errors_about,
    names_server,
    read_options,
    refuse_others,
    split_address,
    take_ca,
    take_choice,
    take_region,
)
from app.platform.data_files import repeated
from app.platform.kafka import KafkaTopic, read_topic
from config import Config, ConfigurationError

BETWEEN_ADDRESSES = re.compile(r"[\s,]+(?=[a-z]+://)")  # a comma also separates Kafka's hosts
PLAIN_NAME = re.compile(r"[A-Za-z0-9._:-]+")
STARTS = {"start": True, "end": False}

Fields = dict[str, Any]


class BridgeAddress(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind of address has. ``name`` identifies the bridge in the database, in logs and
    in metrics, and contains no password. ``from_start``: a new bridge also sends what was recorded
    before it existed."""

    name: str
    from_start: bool = False
    with_personal: bool = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class KafkaAddress(BridgeAddress, frozen=True, kw_only=True):
    kafka: KafkaTopic


class RabbitAddress(BridgeAddress, frozen=True, kw_only=True):
    """``url`` contains the password. ``ca`` is a file of CA certificates to trust instead of the
    system's."""

    url: str
    exchange: str
    ca: str = ""


class EventBridgeAddress(BridgeAddress, frozen=True, kw_only=True):
    """Credentials come from AWS's own variables and roles. ``endpoint``: if it is not AWS's own."""

    bus: str
    region: str
    endpoint: str | None = None


def init_bridges(app: Flask, config: Config) -> None:
    """Read EVENT_BRIDGES. Raises ConfigurationError."""
    addresses = parse_bridges(config.EVENT_BRIDGES)
    app.extensions["bridges"] = {address.name: address for address in addresses}


def current_bridges() -> dict[str, BridgeAddress]:
    """The bridges of the running app, by name."""
    bridges: dict[str, BridgeAddress] = current_app.extensions["bridges"]
    return bridges


def parse_bridges(setting: str) -> list[BridgeAddress]:
    """Every address of the setting. Raises ConfigurationError."""
    urls = [url for url in BETWEEN_ADDRESSES.split(setting.strip(" \t\r\n,")) if url]
    bridges = []
    for number, url in enumerate(urls, start=1):
        # Named by its number: the address itself may contain a password.
        with errors_about(f"EVENT_BRIDGES is wrong: address {number}"):
            bridges.append(_read_bridge(split_address(url)))
    for name in repeated([bridge.name for bridge in bridges]):
        raise ConfigurationError(
            f"EVENT_BRIDGES has two bridges called {name}: give one of them a different name=."
        )
    return bridges


def _read_bridge(address: SplitResult) -> BridgeAddress:
    if address.scheme not in READERS:
        raise ValueError(f"must start with {' or '.join(f'{scheme}://' for scheme in READERS)}")
    if re.search(r"\s", address.geturl()):
        raise ValueError("holds white space that is not followed by an address")
    kind, read = READERS[address.scheme]
    options = read_options(address)
    given = read(address, options) | _read_common(options)
    refuse_others(options)
    return kind(**given)


def _read_kafka(address: SplitResult, options: Options) -> Fields:
    """The fields of a KafkaAddress; removes what it reads from ``options``. Raises ValueError with
    the end of a sentence, as the other readers do."""
    kafka = read_topic(address, options)
    return {"name": kafka.address, "kafka": kafka}


def _read_rabbit(address: SplitResult, options: Options) -> Fields:
    exchange = options.pop("exchange", "")
    host = address.netloc.rpartition("@")[2]
    if not names_server(host) or not PLAIN_NAME.fullmatch(exchange):
        raise ValueError("needs a host and an exchange, as in amqps://host/vhost?exchange=events")
    return {
        "name": f"{address.scheme}://{host}{address.path.rstrip('/')}?exchange={exchange}",
        "url": address._replace(query="").geturl(),
        "exchange": exchange,
        "ca": take_ca(options, is_tls=address.scheme == "amqps", needed="amqps://"),
    }


def _read_eventbridge(address: SplitResult, options: Options) -> Fields:
    if not PLAIN_NAME.fullmatch(address.netloc):
        raise ValueError("needs a bus, as in eventbridge://bus?region=eu-west-1")
    region, endpoint = take_region(options)
    return {
        "name": f"eventbridge://{address.netloc}?region={region}",
        "bus": address.netloc,
        "region": region,
        "endpoint": endpoint,
    }


READERS: dict[str, tuple[type[BridgeAddress], Callable[[SplitResult, Options], Fields]]] = {
    "kafka": (KafkaAddress, _read_kafka),
    "amqp": (RabbitAddress, _read_rabbit),
    "amqps": (RabbitAddress, _read_rabbit),
    "eventbridge": (EventBridgeAddress, _read_eventbridge),
}


def _read_common(options: Options) -> Fields:
    common: Fields = {
        "from_start": take_choice(options, "from", STARTS, "end"),
        "with_personal": take_choice(options, "personal", YES_OR_NO, "no"),
    }
    name = options.pop("name", "")
    return common | {"name": name} if name else common
