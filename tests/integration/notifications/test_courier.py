import time
from collections.abc import Callable
from email.message import EmailMessage
from threading import Barrier, Thread
from typing import Any

import msgspec
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from flask import Flask
from redis import Redis as RedisClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.firm.brand import current_brand
from app.notifications import tasks
from app.notifications.courier import send_next_mail
from app.notifications.models import MailMessage
from app.notifications.service import send_again
from app.notifications.tasks import send_due_mail
from app.outbox import sending
from app.outbox.claims import count_due, requeue_orphans
from app.platform.database import db
from app.platform.retry import RetryPolicy
from local.ports import HOST
from local.redis import Redis
from tests.integration.notifications.conftest import PROSPECT, Courier, Write, reread
from tests.smtp_sink import SmtpSink

QUEUE = "celery"
BRIEFLY = 0.05
CLAIM = "UPDATE mail_messages SET status = 'sending', claimed_at = now()"


def test_a_mail_goes_out_once_as_text_and_html(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    message_id = write().message_id
    assert courier.send_due() == 1
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == (PROSPECT, "Good news", message_id)
    assert mail["From"] == "Firm <hello@firm.example>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain and "<b>hello</b>" in plain.get_content()
    assert html and "&lt;b&gt;hello&lt;/b&gt;" in html.get_content()
    assert courier.send_due() == 0


def test_only_one_mail_is_written_for_the_same_reason(session: Session, write: Write) -> None:
    mail = write()
    with pytest.raises(Exception, match="uq_mail_messages_key"):
        session.execute(
            text(
                "INSERT INTO mail_messages (id, key, correlation_id, template, recipient, subject,"
                " text, html, message_id) SELECT gen_random_uuid(), key, '', '', '', '', '', '', ''"
                " FROM mail_messages"
            )
        )
    session.rollback()
    assert mail.status == "queued"


def test_a_busy_server_is_tried_again_with_the_same_message_id(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    mail = write()
    sink.refuse_first(5)
    for _ in range(5):
        assert courier.send_due() == 1
        mail = reread(session, mail)
        assert (mail.status, mail.last_error) == ("queued", "SMTPDataError (451)")
        courier.hurry()
    assert courier.send_due() == 1
    mail = reread(session, mail)
    assert (mail.status, mail.attempts) == ("sent", 6)
    assert [one["Message-ID"] for one in sink.mails] == [mail.message_id]


def test_while_the_server_is_away_mail_is_retried_less_often_but_never_given_up(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    mail = write()
    sink.stop()
    for _ in range(8):
        courier.send_due()
        mail = reread(session, mail)
        assert mail.status == "queued" and mail.claimed_at and mail.not_before > mail.claimed_at
        courier.hurry()
    sink.start()
    courier.send_due()
    mail = reread(session, mail)
    assert mail.status == "sent"


def test_a_mail_refused_for_good_is_shown_to_staff_as_failed_and_can_be_sent_again(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    mail = write()
    sink.refuse_first(3, "550 No such user")
    for _ in range(3):
        courier.send_due()
        courier.hurry()
    mail = reread(session, mail)
    assert (mail.status, mail.last_error) == ("failed", "SMTPDataError (550)")
    assert courier.send_due() == 0
    assert send_again(session, mail.id) and not send_again(session, mail.id)
    session.commit()
    sink.refuse_first(4, "550 No such user")
    courier.send_due()
    assert reread(session, mail).status == "queued", "its refusals are counted anew"
    courier.hurry()
    courier.send_due()
    assert [one["Message-ID"] for one in sink.mails] == [mail.message_id]


def test_tries_while_the_server_is_away_do_not_count_as_refusals(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    mail = write()
    sink.stop()
    for _ in range(5):
        courier.send_due()
        courier.hurry()
    sink.start()
    sink.refuse_first(2, "550 No such user")
    for _ in range(2):
        courier.send_due()
        assert reread(session, mail).status == "queued"
        courier.hurry()
    courier.send_due()
    assert reread(session, mail).status == "sent"


def test_a_mail_to_an_unusable_address_fails_without_holding_up_others(
    write: Write, courier: Courier, session: Session
) -> None:
    mail = write(recipient="two\nlines@client.example")
    other = write()
    for _ in range(3):
        courier.send_due()
        courier.hurry()
    mail = reread(session, mail)
    assert mail.status == "failed"
    assert reread(session, other).status == "sent"


def test_a_mail_that_a_dead_worker_was_sending_is_sent_again_with_its_message_id(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    mail = write()
    session.execute(text(CLAIM))
    session.commit()
    assert courier.send_due() == 0
    assert count_due(session, MailMessage) == 1
    requeue_orphans(session, MailMessage)
    assert courier.send_due() == 1
    assert [one["Message-ID"] for one in sink.mails] == [mail.message_id]
    assert count_due(session, MailMessage) == 0


def test_a_mail_the_server_accepted_counts_as_sent_whatever_it_says_afterwards(
    write: Write, courier: Courier, sink: SmtpSink, session: Session
) -> None:
    sink.goodbye = "421 Too busy to say goodbye"
    mail = write()
    courier.send_due()
    assert reread(session, mail).status == "sent"
    assert len(sink.mails) == 1


def test_a_mail_that_may_have_been_accepted_is_tried_once_more(
    session: Session, write: Write, courier: Courier, sink: SmtpSink
) -> None:
    mail = write()
    sink.hangs_up = True
    for status in ("queued", "failed"):
        courier.send_due()
        assert reread(session, mail).status == status
        assert str(reread(session, mail).last_error).startswith("It may have arrived: ")
        courier.hurry()
    courier.send_due()
    assert [taken["Message-ID"] for taken in sink.mails] == [mail.message_id] * 2
    assert reread(session, mail).refusals == 0


@pytest.mark.parametrize("meanwhile", ["refused connections", "a dead worker"])
def test_a_mail_that_may_have_arrived_is_tried_only_once_more_whatever_else_fails(
    session: Session, write: Write, courier: Courier, sink: SmtpSink, meanwhile: str
) -> None:
    mail = write()
    sink.hangs_up = True
    courier.send_due()
    if meanwhile == "a dead worker":
        session.execute(text(CLAIM))
        requeue_orphans(session, MailMessage)
    else:
        sink.stop()
        for _ in range(3):
            courier.hurry()
            courier.send_due()
        assert str(reread(session, mail).last_error).startswith("It may have arrived: ")
        sink.start()
    assert reread(session, mail).status == "queued"
    courier.hurry()
    courier.send_due()
    assert (reread(session, mail).status, len(sink.mails)) == ("failed", 2)
    courier.hurry()
    assert (courier.send_due(), len(sink.mails)) == (0, 2)


def test_a_mail_sent_again_by_hand_gets_two_tries_again(
    session: Session, write: Write, courier: Courier, sink: SmtpSink
) -> None:
    mail = write()
    sink.hangs_up = True
    for _ in range(2):
        courier.send_due()
        courier.hurry()
    send_again(session, mail.id)
    session.commit()
    courier.send_due()
    assert reread(session, mail).status == "queued"


def test_a_task_stopped_in_the_middle_of_a_mail_puts_it_back_in_the_queue(
    session: Session, write: Write
) -> None:
    def ended(_: EmailMessage) -> None:
        raise SoftTimeLimitExceeded

    mail = write()
    policy = RetryPolicy(base=60, cap=60, max_attempts=3)
    assert not send_next_mail(session, ended, sender="Firm <hello@firm.example>", policy=policy)
    assert reread(session, mail).status == "queued"


def test_concurrent_couriers_send_each_mail_once(app: Flask, write: Write, sink: SmtpSink) -> None:
    for number in range(20):
        write(recipient=f"prospect{number}@client.example")
    together = Barrier(4)

    def work() -> None:
        with app.app_context():
            together.wait()
            Courier(db.session(), f"smtp://{sink.address}").send_due()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(mail["To"]) for mail in sink.mails) == sorted(
        f"prospect{number}@client.example" for number in range(20)
    )


def test_a_backlog_of_mail_is_continued_without_waiting_for_the_sweep(
    write: Write,
    sink: SmtpSink,
    redis_server: Redis,
    change_settings: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_settings(SMTP_URL=f"smtp://{HOST}:{sink.port}")
    write()
    write()

    def send_until_time_is_over(*args: Any, **named: Any) -> bool:
        is_sent = send_next_mail(*args, **named)
        time.sleep(BRIEFLY)
        return is_sent

    monkeypatch.setattr(sending, "WORK_SECONDS", BRIEFLY)
    monkeypatch.setattr(tasks, "send_next_mail", send_until_time_is_over)
    with RedisClient.from_url(redis_server.url) as broker:
        broker.flushall()
        send_due_mail()
        assert (len(sink.mails), broker.llen(QUEUE)) == (1, 1)


@pytest.mark.parametrize(
    ("setting", "sender"),
    [
        ("", '"Hansen, Bø & Co" <post@hansen.example>'),
        ("Hansen <no-reply@hansen.example>", "Hansen <no-reply@hansen.example>"),
        ("Büro <post@büro.example>", "Büro <post@xn--bro-hoa.example>"),
        ("post@büro.example", "post@xn--bro-hoa.example"),
    ],
)
def test_mail_comes_from_the_address_in_the_brand_unless_a_setting_overrides_it(
    app: Flask,
    write: Write,
    sink: SmtpSink,
    change_settings: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    sender: str,
) -> None:
    change_settings(SMTP_URL=f"smtp://{HOST}:{sink.port}", MAIL_FROM=setting)
    brand = msgspec.structs.replace(
        current_brand(), name="Hansen, Bø & Co", email="post@hansen.example"
    )
    monkeypatch.setitem(app.extensions, "brand", brand)
    write()
    send_due_mail()
    assert [mail["From"] for mail in sink.mails] == [sender]


@pytest.mark.parametrize(
    ("typed", "addressed"),
    [
        ("joerg@münchen.de", "joerg@xn--mnchen-3ya.de"),
        ("Joerg@Büro.MÜNCHEN.de", "Joerg@xn--bro-hoa.xn--mnchen-3ya.de"),
        ("ada@under_score.example", "ada@under_score.example"),
    ],
)
def test_a_domain_with_umlauts_is_addressed_in_its_ascii_form(
    session: Session, write: Write, courier: Courier, sink: SmtpSink, typed: str, addressed: str
) -> None:
    mail = write(recipient=typed)
    courier.send_due()
    assert [one["To"] for one in sink.mails] == [addressed]
    assert reread(session, mail).recipient == typed


def test_a_domain_without_an_ascii_form_does_not_hold_up_the_mail_behind_it(
    session: Session, write: Write, courier: Courier, sink: SmtpSink
) -> None:
    mail = write(recipient="joerg@-ü-.example")
    write()
    courier.send_due()
    assert [one["To"] for one in sink.mails] == [PROSPECT]
    assert (reread(session, mail).status, reread(session, mail).refusals) == ("queued", 1)


@pytest.mark.parametrize(
    "subject",
    ["One\r\nBcc: many@other.example", "Two\nlines", "{{7*7}} %s <script>", "Füße \N{ROCKET}"],
)
def test_a_subject_is_reduced_to_one_line_and_can_inject_no_header(
    write: Write, courier: Courier, sink: SmtpSink, subject: str
) -> None:
    write(subject=subject)
    courier.send_due()
    (mail,) = sink.mails
    assert mail["Subject"] == " ".join(subject.split())
    assert mail["Bcc"] is None and mail["To"] == PROSPECT
