"""The topic for refused commands: each is recorded there, and none holds up another."""

import json
import threading

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, to_binary_event, to_structured_event
from confluent_kafka import Message
from flask import Flask
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.intake import consumer, dead_letters
from tests.brokers.tansu import headers_of
from tests.faults.wire import State
from tests.integration.applications.partner import Partner, intake_at_work, taken
from tests.site import eventually

NOT_ASKED = "This question does not apply, given the other answers."


def letter_instead_of(
    wrong: KafkaMessage, app: Flask, session: Session, partner: Partner
) -> Message:
    """Its dead letter, once the sound command sent behind it is taken."""
    partner.send(wrong, to_binary_event(partner.command("2")))
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    # More than one if a broker under load has taken the consumer for dead in the meantime.
    letter, *repeats = partner.dead_letters(1)
    origin = headers_of(letter)[dead_letters.ORIGIN]
    assert all(headers_of(one)[dead_letters.ORIGIN] == origin for one in repeats)
    return letter


def test_an_unconfirmed_dead_letter_does_not_advance_the_offset(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def refuse(*_: object) -> None:
        tries.append(1)
        raise dead_letters.NotConfirmed

    with monkeypatch.context() as away:
        away.setattr(dead_letters.DeadLetters, "add", refuse)
        partner.send(
            to_binary_event(partner.command("1", name="")), to_binary_event(partner.command("2"))
        )
        with intake_at_work(app, partner.address):
            eventually(lambda: len(tries) > 2)
    assert taken(session) == 0
    with intake_at_work(app, partner.address):
        eventually(lambda: taken(session) == 1)
    assert len(partner.dead_letters(1)) == 1


def test_a_dead_letter_that_waits_for_the_broker_is_written_once(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.send(to_binary_event(partner.command("1", name="")))
    (message,) = partner.tansu.read(partner.topic, 1)
    letters = dead_letters.DeadLetters(partner.address)
    partner.tansu.wire.become(State.REFUSED)
    with monkeypatch.context() as hasty:
        hasty.setattr(dead_letters, "CONFIRM_SECONDS", 0.2)
        for _ in range(3):
            with pytest.raises(dead_letters.NotConfirmed):
                letters.add(message, {"": "It could not be taken."})
    partner.tansu.wire.become(State.WHOLE)
    letters.add(message, {"": "It could not be taken."})
    assert len(partner.dead_letters(1)) == 1


def test_a_command_too_large_for_a_dead_letter_loses_its_content_and_blocks_nothing(
    app: Flask, session: Session, partner: Partner
) -> None:
    too_much = to_binary_event(partner.command("1", name="x" * 1_200_000))
    letter = letter_instead_of(too_much, app, session, partner)
    assert letter.value() is None
    assert headers_of(letter)[dead_letters.ORIGIN].startswith(f"{partner.topic}/")


@pytest.mark.parametrize(
    ("answers", "reasons"),
    [
        ({"sh\ud800e": "38"}, {"sh\ud800e": "No such question."}),
        ({"brokers": ["none"]}, {"broker_owner": NOT_ASKED}),
    ],
    ids=["half a surrogate pair", "a question that was not asked"],
)
def test_a_reason_that_is_hard_to_write_blocks_nothing(
    app: Flask,
    session: Session,
    partner: Partner,
    answers: dict[str, object],
    reasons: dict[str, str],
) -> None:
    wrong = to_structured_event(partner.command("1", **answers))
    letter = letter_instead_of(wrong, app, session, partner)
    assert json.loads(headers_of(letter)[dead_letters.REASONS]) == reasons


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        ({}, {str(number): "" for number in range(60_000)}),  # and as many reasons
        ({"ce_id": b"1", "ce_note": b"x" * 1_200_000}, {}),
    ],
)
def test_a_command_too_large_even_without_its_content_blocks_nothing(
    app: Flask,
    session: Session,
    partner: Partner,
    headers: dict[str, bytes],
    answers: dict[str, object],
) -> None:
    wrong = to_binary_event(partner.command("1", name="", **answers))
    wrong = KafkaMessage(wrong.headers | headers, None, wrong.value)
    with capture_logs() as logs:
        letter = letter_instead_of(wrong, app, session, partner)
    refused, *_ = (line for line in logs if line["event"] == "intake.refused")
    assert refused["about"][-1] == "name" and len(refused["about"]) <= 2
    said = headers_of(letter)
    assert json.loads(said[dead_letters.REASONS]) == dead_letters.TOO_MUCH
    assert said[dead_letters.ORIGIN].startswith(f"{partner.topic}/")
    assert letter.value() is None and said.get("ce_id") == (None if headers else "1")


def test_while_a_dead_letter_waits_the_log_says_why(
    app: Flask, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner.send(to_binary_event(partner.command("1", name="")))
    (message,) = partner.tansu.read(partner.topic, 1)
    monkeypatch.setattr(dead_letters, "CONFIRM_SECONDS", 0.2)

    class StopsAfterOneTry(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    partner.tansu.wire.become(State.REFUSED)
    with capture_logs() as logs:
        consumer.deal_with(message, dead_letters.DeadLetters(partner.address), StopsAfterOneTry())
    partner.tansu.wire.become(State.WHOLE)
    (waiting,) = logs
    assert (waiting["error"], waiting["cause"]) == ("NotConfirmed", "no answer in time")
