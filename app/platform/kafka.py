"""Kafka, or anything that speaks its protocol: a topic by its address, and how to reach it."""

import re
from urllib.parse import SplitResult, unquote

import msgspec
from confluent_kafka import KafkaError, KafkaException

from app.platform.address_options import (
    YES_OR_NO,
    Options,
    names_server,
    take_ca,
    take_choice,
)

LEGAL_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
NO_ANSWER = "no answer in time"


class KafkaTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic. ``servers`` as librdkafka takes them. Without ``user`` there is no authentication.
    ``ca`` is a file of CA certificates to trust instead of the system's."""

    servers: str
    topic: str
    user: str = ""
    password: str = ""
    mechanism: str = MECHANISMS[0]
    tls: bool = False
    ca: str = ""

    def __repr__(self) -> str:
        return f"KafkaTopic({self.address!r})"

    @property
    def address(self) -> str:
        """Its address without user and password."""
        return f"kafka://{self.servers}/{self.topic}"


def read_topic(address: SplitResult, options: Options) -> KafkaTopic:
    """The topic at that address; removes what it reads from ``options``. Raises ValueError with the
    end of a sentence."""
    credentials, _, servers = address.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    topic = address.path.strip("/")
    mechanism = options.pop("sasl", MECHANISMS[0])
    if not all(names_server(server, needs_port=True) for server in servers.split(",")):
        raise ValueError("needs host:port, or several of them separated by commas")
    if not LEGAL_TOPIC.fullmatch(topic):
        raise ValueError("needs a topic, as in kafka://host:9092/events")
    if mechanism not in MECHANISMS:
        raise ValueError(f"has sasl={mechanism}, which must be {' or '.join(MECHANISMS)}")
    tls = take_choice(options, "tls", YES_OR_NO, "no")
    return KafkaTopic(
        servers=servers,
        topic=topic,
        user=unquote(user),
        password=unquote(password),
        mechanism=mechanism,
        tls=tls,
        ca=take_ca(options, is_tls=tls, needed="tls=yes"),
    )


def client_settings(topic: KafkaTopic) -> dict[str, str | int | float | bool]:
    """librdkafka's settings for reaching the topic's brokers."""
    security = ("SASL_" if topic.user else "") + ("SSL" if topic.tls else "PLAINTEXT")
    settings: dict[str, str | int | float | bool] = {
        "bootstrap.servers": topic.servers,
        "security.protocol": security,
        "reconnect.backoff.max.ms": 1000,
        "log_level": 2,
    }
    if topic.ca:
        settings["ssl.ca.location"] = topic.ca
    if topic.user:
        settings |= {
            "sasl.mechanism": topic.mechanism,
            "sasl.username": topic.user,
            "sasl.password": topic.password,
        }
    return settings


def describe(error: Exception | KafkaError) -> str:
    """The kind of failure, without the addresses that librdkafka quotes."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return str(cause.name()) if isinstance(cause, KafkaError) else type(cause).__name__
