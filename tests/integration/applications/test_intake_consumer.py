"""Following the topic with the commands of another site's form."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.applications.intake import consumer, dead_letters
from app.applications.intake.submit_command import SUBMIT, take_command
from app.platform.database import db
from local.postgres import SERVING
from tests.brokers.tansu import headers_of
from tests.integration.applications.partner import Partner, intake_at_work, taken
from tests.site import eventually


def test_without_a_topic_the_process_says_so_and_ends(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["intake"])
    assert result.exit_code == 2
    assert "EVENT_INTAKE is not set" in result.output


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
def test_a_command_in_either_mode_becomes_an_application_in_its_senders_trace(
    app: Flask, session: Session, partner: Partner, mode: Callable[[CloudEvent], KafkaMessage]
) -> None:
    partner.send(mode(partner.command("1")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    trace = db.text("SELECT metadata ->> 'correlation_id' FROM events")
    assert session.scalars(trace).all() == ["ab" * 16]


def test_a_repeated_command_is_taken_once_even_after_a_restart(
    app: Flask, session: Session, partner: Partner
) -> None:
    first, other = (to_binary_event(partner.command(number)) for number in ("1", "2"))
    partner.send(first, first, first, other)
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 2)
    partner.send(other, to_binary_event(partner.command("3")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 3)


def test_a_crash_between_the_commit_and_the_offset_takes_no_command_twice(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets: list[int | None] = []
    with monkeypatch.context() as crashing:
        crashing.setattr(consumer, "_commit", lambda _, message: offsets.append(message.offset()))
        partner.send(to_binary_event(partner.command("1")))
        with intake_at_work(app, partner.address):
            eventually(lambda: offsets)
    partner.send(to_binary_event(partner.command("2")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 2)


def test_under_another_group_what_a_restore_has_lost_is_taken_again_and_nothing_twice(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.send(to_binary_event(partner.command("in the backup")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    lost: list[int] = []
    with monkeypatch.context() as since:
        since.setattr(consumer, "take_command", lambda *_, **__: lost.append(1))
        partner.send(to_binary_event(partner.command("lost")))
        with intake_at_work(app, partner.address):
            eventually(lambda: lost)
    another = msgspec.structs.replace(partner.address, group=f"{partner.topic}-2")
    partner.send(to_binary_event(partner.command("new")))
    with intake_at_work(app, another):
        eventually(lambda: taken(session) == 3)


def test_a_refused_command_becomes_a_dead_letter_with_reasons_and_blocks_nothing(
    app: Flask, session: Session, partner: Partner
) -> None:
    wrong = to_binary_event(
        partner.command("1", name="", role="king", **{"ada@client.example": ""})
    )
    partner.send(wrong, to_binary_event(partner.command("2")))
    with intake_at_work(app, partner.address), capture_logs() as logs:
        eventually(lambda: taken(session) == 1)
    [refused] = [line for line in logs if line["event"] == "intake.refused"]
    assert sorted(refused["about"]) == ["", "name", "role"]
    (letter,) = partner.dead_letters(1)
    headers = headers_of(letter)
    assert json.loads(headers[dead_letters.REASONS]) == {
        "name": "Enter your name.",
        "role": "Choose from the answers shown.",
        "ada@client.example": "No such question.",
    }
    assert headers[dead_letters.ORIGIN].startswith(f"{partner.topic}/")
    assert (letter.key(), letter.value()) == (b"partner", wrong.value)
    assert headers["ce_id"] == "1"


def test_garbage_in_the_topic_becomes_dead_letters_too(
    app: Flask, session: Session, partner: Partner
) -> None:
    garbage = [
        KafkaMessage({}, None, b""),
        KafkaMessage({}, None, b"no json"),
        KafkaMessage({}, None, b"[1, 2]"),
        KafkaMessage({"ce_type": b"\xff"}, None, b"{}"),
        KafkaMessage({"ce_type": SUBMIT.encode()}, None, b"{}"),
    ]
    partner.send(*garbage, to_binary_event(partner.command("1")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    assert len(partner.dead_letters(len(garbage))) == len(garbage)


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
def test_a_command_is_taken_whatever_its_key_and_other_headers_hold(
    app: Flask, session: Session, partner: Partner, mode: Callable[[CloudEvent], KafkaMessage]
) -> None:
    command = mode(partner.command("1"))
    others = {"span": b"\xff\xfe", "retries": b""}
    partner.send(KafkaMessage(command.headers | others, b"\x00\xff", command.value))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)


def test_a_structured_command_may_have_its_attributes_in_headers_too(
    app: Flask, session: Session, partner: Partner
) -> None:
    command = partner.command("1")
    structured = to_structured_event(command)
    headers = to_binary_event(command).headers | structured.headers
    partner.send(KafkaMessage(headers, None, structured.value))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
def test_a_command_without_an_id_is_refused_because_a_repeat_could_not_be_recognised(
    app: Flask, session: Session, partner: Partner, mode: Callable[[CloudEvent], KafkaMessage]
) -> None:
    named = mode(partner.command("1"))
    headers = {name: value for name, value in named.headers.items() if name != "ce_id"}
    nameless = KafkaMessage(headers, None, named.value.replace(b'"id": "1", ', b""))
    partner.send(nameless, mode(partner.command("2")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) > 0)
    (letter,) = partner.dead_letters(1)
    assert json.loads(headers_of(letter)[dead_letters.REASONS]) == {
        "": "This is not a CloudEvent: check its id."
    }
    assert taken(session) == 1


def test_a_refused_command_is_taken_when_it_is_resent_corrected_under_the_same_id(
    app: Flask, session: Session, partner: Partner
) -> None:
    partner.send(*(to_binary_event(partner.command("1", name=name)) for name in ("", "Ada")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    assert len(partner.dead_letters(1)) == 1


def test_a_refusal_is_logged_with_the_commands_offset_and_not_in_another_commands_trace(
    app: Flask, session: Session, partner: Partner
) -> None:
    traced = to_binary_event(partner.command("1"))
    partner.send(traced, KafkaMessage({}, None, b"no json"), to_binary_event(partner.command("2")))
    with intake_at_work(app, partner.address), capture_logs([merge_contextvars]) as logs:
        eventually(lambda: taken(session) == 2)
    (refused,) = [line for line in logs if line["event"] == "intake.refused"]
    (letter,) = partner.dead_letters(1)
    assert refused["origin"] == headers_of(letter)[dead_letters.ORIGIN]
    assert refused["correlation_id"] != "ab" * 16


def test_an_invalid_trace_is_not_continued(app: Flask, session: Session, partner: Partner) -> None:
    command = to_binary_event(partner.command("1"))
    command.headers["ce_traceparent"] = b"00-%b-%b-00" % (b"0" * 32, b"0" * 16)
    partner.send(command)
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    trace = db.text("SELECT metadata ->> 'correlation_id' FROM events")
    assert session.scalars(trace).all() != ["0" * 32]


def test_a_command_that_cannot_be_recorded_becomes_a_dead_letter_and_is_not_retried_for_ever(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_at_first(session: Session, command: CloudEvent, *values: Any, **named: Any) -> None:
        if command.get_id() == "1":
            raise ZeroDivisionError
        take_command(session, command, *values, **named)

    monkeypatch.setattr(consumer, "take_command", fail_at_first)
    partner.send(*(to_binary_event(partner.command(number)) for number in ("1", "2")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    (letter,) = partner.dead_letters(1)
    assert "could not be recorded" in headers_of(letter)[dead_letters.REASONS]


def test_while_the_database_is_down_the_command_waits(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail_first(*values: object, **named: object) -> None:
        tries.append(1)
        if len(tries) <= 3:
            raise OperationalError("SELECT", None, Exception("the server is away"))
        take_command(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(consumer, "take_command", fail_first)
    partner.send(to_binary_event(partner.command("1")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    assert len(tries) == 4


@pytest.mark.parametrize("table", ["taken_commands", "intake_partitions"])
def test_while_the_database_is_not_made_ready_commands_wait_and_none_is_refused(
    app: Flask,
    session: Session,
    partner: Partner,
    as_owner: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    table: str,
) -> None:
    monkeypatch.setattr(consumer, "NOTE_SECONDS", 0.0)
    as_owner(f"REVOKE ALL ON {table} FROM {SERVING}")
    partner.send(*(to_binary_event(partner.command(number)) for number in ("1", "2")))
    try:
        with intake_at_work(app, partner.address), capture_logs() as logs:
            eventually(lambda: "InsufficientPrivilege" in str(logs))
            upgrade()
            eventually(lambda: taken(session) == 2)
    finally:
        upgrade()
