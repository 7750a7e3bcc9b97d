"""The mail server's circuit: what opens it, and what becomes of mail meanwhile."""

import smtplib

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.circuits.queries import is_refusing, list_circuits
from app.notifications.mailer import is_outage
from app.notifications.queries import MAIL_CIRCUIT
from tests.integration.notifications.conftest import Mailer, Write, reread
from tests.smtp_sink import SmtpSink


def state(session: Session) -> list[str]:
    return [record.state for record in list_circuits(session)]


def test_an_open_circuit_leaves_mail_queued_as_it_is_and_a_probe_sends_it(
    app: Flask, session: Session, write: Write, mailer: Mailer, sink: SmtpSink
) -> None:
    mails = [write(recipient=f"prospect{n}@client.example") for n in range(3)]
    sink.stop()
    while not is_refusing(session, MAIL_CIRCUIT):
        mailer.send_due()
        session.execute(text("UPDATE mail_messages SET not_before = now()"))
        session.commit()
    tries = [reread(session, mail).attempts for mail in mails]
    assert sum(tries) == app.config["SITE"].CIRCUIT_MAX_FAILURES
    sink.start()
    assert mailer.send_due() == 0 and sink.offered == 0
    assert [reread(session, mail).attempts for mail in mails] == tries
    assert {reread(session, mail).status for mail in mails} == {"queued"}
    mailer.hurry()
    assert mailer.send_due() == 3 == len(sink.mails)
    assert state(session) == ["closed"]


@pytest.mark.parametrize("reply", ["550 No such user", "451 Try again later"])
def test_refusals_of_mails_open_no_circuit(
    session: Session, write: Write, mailer: Mailer, sink: SmtpSink, reply: str
) -> None:
    sink.answer = lambda _: reply
    for _ in range(12):
        write()
    mailer.send_due()
    assert sink.offered >= 12 and state(session) == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (smtplib.SMTPServerDisconnected(), True),
        (smtplib.SMTPDataError(421, b"Leaving"), True),
        (smtplib.SMTPRecipientsRefused({"a@client.example": (421, b"Leaving")}), True),
        (smtplib.SMTPRecipientsRefused({"a@client.example": (550, b"Nobody")}), False),
        (smtplib.SMTPDataError(451, b"Later"), False),
        (smtplib.SMTPNotSupportedError(), False),
    ],
)
def test_only_a_server_in_trouble_counts_and_no_refusal_of_one_mail(
    error: Exception, expected: bool
) -> None:
    assert is_outage(error) is expected
