"""The address in EVENT_INTAKE, read once at startup."""

from typing import cast

import msgspec
from flask import Flask, current_app

from app.platform.address_options import errors_about, read_options, refuse_others, split_address
from app.platform.kafka import LEGAL_TOPIC, KafkaTopic, read_topic
from config import Config


class IntakeAddress(msgspec.Struct, frozen=True):
    """The topic with the commands, the consumer group that reads it, and the topic for refused
    commands."""

    kafka: KafkaTopic
    group: str
    dead_letters: str


def init_intake(app: Flask, config: Config) -> None:
    """Read EVENT_INTAKE. Raises ConfigurationError."""
    app.extensions["intake"] = parse_intake(config.EVENT_INTAKE) if config.EVENT_INTAKE else None


def current_intake() -> IntakeAddress | None:
    """The running app's intake, or None."""
    return cast(IntakeAddress | None, current_app.extensions["intake"])


def parse_intake(setting: str) -> IntakeAddress:
    """Parse ``kafka://host:port/topic?group=…``, with an optional ``dead_letters=…`` (by default
    ``<topic>.dead-letters``). Raises ConfigurationError."""
    with errors_about("EVENT_INTAKE"):
        return _read_intake(setting.strip())


def _read_intake(url: str) -> IntakeAddress:
    address = split_address(url)
    if address.scheme != "kafka":
        raise ValueError("must start with kafka://")
    options = read_options(address)
    kafka = read_topic(address, options)
    group = options.pop("group", "")
    dead_letters = options.pop("dead_letters", f"{kafka.topic}.dead-letters")
    refuse_others(options)
    if not group:
        raise ValueError("needs a group, as in kafka://host:9092/topic?group=portal")
    if not LEGAL_TOPIC.fullmatch(dead_letters) or dead_letters == kafka.topic:
        raise ValueError("needs a different topic in dead_letters=")
    return IntakeAddress(kafka, group, dead_letters)
