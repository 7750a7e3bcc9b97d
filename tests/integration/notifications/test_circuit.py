"""The mail server's circuit: what opens it, and what happens to mail while it is open."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.circuits.queries import is_refusing, list_circuits
from app.notifications.queries import MAIL_CIRCUIT
from local.ports import HOST
from tests.certificate import Certificate
from tests.integration.notifications.conftest import Courier, Write, reread
from tests.smtp_sink import SmtpSink

MOST_TRIES = 20


def state(session: Session) -> list[str]:
    return [record.state for record in list_circuits(session)]


def send_until_open(session: Session, courier: Courier) -> None:
    """Retry what is due until the circuit opens."""
    for _ in range(MOST_TRIES):
        if is_refusing(session, MAIL_CIRCUIT):
            return
        courier.send_due()
        session.execute(text("UPDATE mail_messages SET not_before = now()"))
        session.commit()
    pytest.fail("the circuit has not opened")


def test_mail_stays_queued_while_the_circuit_is_open_and_a_probe_sends_it(
    app: Flask, session: Session, write: Write, courier: Courier, sink: SmtpSink
) -> None:
    mails = [write(recipient=f"prospect{n}@client.example") for n in range(3)]
    sink.stop()
    send_until_open(session, courier)
    tries = [reread(session, mail).attempts for mail in mails]
    assert sum(tries) == app.config["SITE"].CIRCUIT_MAX_FAILURES
    sink.start()
    assert courier.send_due() == 0 and sink.offered == 0
    assert [reread(session, mail).attempts for mail in mails] == tries
    assert {reread(session, mail).status for mail in mails} == {"queued"}
    courier.hurry()
    assert courier.send_due() == 3 == len(sink.mails)
    assert state(session) == ["closed"]


@pytest.mark.parametrize("reply", ["550 No such user", "451 Try again later"])
def test_refusals_of_single_mails_do_not_open_the_circuit(
    session: Session, write: Write, courier: Courier, sink: SmtpSink, reply: str
) -> None:
    sink.answer = lambda _: reply
    for _ in range(12):
        write()
    courier.send_due()
    assert sink.offered >= 12 and state(session) == []


@pytest.mark.parametrize("reply", ["421 Leaving", "530 Authentication required"])
def test_an_error_that_any_mail_would_get_does_not_count_as_a_refusal_of_this_one(
    session: Session, write: Write, courier: Courier, sink: SmtpSink, reply: str
) -> None:
    mail = write()
    sink.answer = lambda _: reply
    send_until_open(session, courier)
    assert (reread(session, mail).status, reread(session, mail).refusals) == ("queued", 0)


def turn_away(sink: SmtpSink) -> None:
    sink.turns_away = "554 No SMTP service here"


def rotate_password(sink: SmtpSink) -> None:
    sink.password = "another"


@pytest.mark.parametrize(
    ("close", "error"),
    [(turn_away, "SMTPConnectError (554)"), (rotate_password, "SMTPAuthenticationError (535)")],
)
def test_a_server_that_turns_everybody_away_is_an_outage_and_not_a_refusal_of_the_mail(
    session: Session,
    write: Write,
    sink: SmtpSink,
    close: Callable[[SmtpSink], None],
    error: str,
) -> None:
    mail = write()
    close(sink)
    courier = Courier(session, f"smtp://hello:secret@{sink.address}")
    send_until_open(session, courier)
    mail = reread(session, mail)
    assert (mail.status, mail.refusals, mail.last_error) == ("queued", 0, error)
    (circuit,) = list_circuits(session)
    assert (circuit.state, circuit.last_error) == ("open", error.partition(" ")[0])
    sink.turns_away, sink.password = "", "secret"
    courier.hurry()
    assert courier.send_due() == 1 == len(sink.mails)
    assert state(session) == ["closed"]


def test_a_server_without_the_required_tls_counts_as_away(
    session: Session, write: Write, sink: SmtpSink
) -> None:
    mail = write()
    send_until_open(session, Courier(session, f"smtp+starttls://{sink.address}"))
    assert reread(session, mail).last_error == "SMTPNotSupportedError"
    assert reread(session, mail).refusals == 0


def test_a_server_with_an_untrusted_certificate_counts_as_away(
    session: Session, write: Write, tmp_path: Path
) -> None:
    mail = write()
    with SmtpSink(tls=Certificate(tmp_path, HOST).server) as sink:
        send_until_open(session, Courier(session, f"smtp+starttls://{sink.address}"))
    assert reread(session, mail).last_error == "SSLCertVerificationError"
    assert reread(session, mail).refusals == 0


def test_a_password_that_cannot_be_sent_does_not_count_as_a_refusal_of_the_mail(
    session: Session, write: Write, sink: SmtpSink
) -> None:
    mail = write()
    send_until_open(session, Courier(session, f"smtp://hello:geh%C3%B6rt@{sink.address}"))
    assert (reread(session, mail).status, reread(session, mail).refusals) == ("queued", 0)
