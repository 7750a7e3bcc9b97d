"""Messages are mailed to the other side, in threads that mail programs keep together."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.messages.service import write_as_prospect, write_as_staff
from app.notifications.courier import MOST_REFERENCES
from app.notifications.models import MailMessage
from tests.demo_applications import STRONG
from tests.integration.notifications.conftest import Courier
from tests.smtp_sink import SmtpSink
from tests.submitted import submit_answers

STAFF = "staff@champlin.example"
SEND_AGAIN = text("""
UPDATE mail_messages SET status = 'queued', sent_at = NULL WHERE text LIKE '%March is fine.%'
""")
Handle = Callable[[], None]
Write = Callable[[str], None]


@pytest.fixture
def application(submit: Callable[..., Application], handle_events: Handle) -> Application:
    """An application already handled, so each side has had its first mail."""
    application = submit()
    handle_events()
    return application


@pytest.fixture
def prospect_writes(session: Session, application: Application, handle_events: Handle) -> Write:
    def prospect_writes(text: str) -> None:
        write_as_prospect(session, application.id, text, form_id=text)
        session.commit()
        handle_events()

    return prospect_writes


@pytest.fixture
def staff_write(session: Session, application: Application, handle_events: Handle) -> Write:
    def staff_write(text: str) -> None:
        write_as_staff(session, application.id, text, form_id=text, actor="staff:ada")
        session.commit()
        handle_events()

    return staff_write


def test_staff_are_mailed_what_the_prospect_wrote_and_how_to_reply(
    session: Session, application: Application, prospect_writes: Write
) -> None:
    prospect_writes("Is <March>\ntoo late?\n\nMarguerite")
    [mail] = session.scalars(select(MailMessage).filter_by(template="message_from_prospect"))
    assert mail.recipient == STAFF
    assert mail.subject == f"Message from {application.company} ({application.reference})"
    assert "Is <March>\ntoo late?\n\nMarguerite" in mail.text
    assert "Is &lt;March&gt;\ntoo late?" in mail.html
    for body in (mail.text, mail.html):
        assert f"/staff/applications/{application.id}#conversation" in body
        assert application.access_token not in body


def test_the_prospect_is_mailed_what_staff_wrote_and_how_to_reply(
    session: Session, application: Application, staff_write: Write
) -> None:
    staff_write("March is fine.")
    [mail] = session.scalars(select(MailMessage).filter_by(template="message_from_staff"))
    assert mail.recipient == application.email
    assert mail.subject == f"Message about your application ({application.reference})"
    assert "March is fine." in mail.text and "March is fine." in mail.html
    assert f"/applications/{application.access_token}#conversation" in mail.text


def test_a_list_keeps_its_indentation_in_both_text_and_html(
    session: Session, staff_write: Write
) -> None:
    points = "  * the diagram\n  * the incident,\n    with its times"
    staff_write(f"Two things:\n\n{points}\n \n\n  (By May.)")
    [mail] = session.scalars(select(MailMessage).filter_by(template="message_from_staff"))
    assert f"Two things:\n\n{points}\n\n  (By May.)\n\n" in mail.text
    assert f'white-space:pre-wrap">{points}</p>' in mail.html


def conversation_with(sink: SmtpSink, recipient: str) -> list[EmailMessage]:
    """The mails to an address. Checks that each refers to all before it and answers the last."""
    mails = sink.to(recipient)
    ids = [mail["Message-ID"] for mail in mails]
    assert len(set(ids)) == len(ids)
    for place, mail in enumerate(mails):
        before = ids[:place]
        assert mail["In-Reply-To"] == (before[-1] if before else None)
        assert (mail["References"] or "").split() == before
    return mails


def test_each_side_gets_one_mail_thread_per_application(
    application: Application,
    prospect_writes: Write,
    staff_write: Write,
    courier: Courier,
    sink: SmtpSink,
) -> None:
    prospect_writes("Is March too late?")
    staff_write("March is fine.")
    prospect_writes("Thank you.")
    staff_write("You are welcome.")
    courier.send_due()
    assert len(conversation_with(sink, application.email)) == 3
    subjects = [mail["Subject"] for mail in conversation_with(sink, STAFF)]
    assert len(subjects) == 3 and subjects[1] == subjects[2]


def test_the_threads_of_two_applications_stay_apart(
    session: Session,
    application: Application,
    staff_write: Write,
    handle_events: Handle,
    courier: Courier,
    sink: SmtpSink,
) -> None:
    """Even if the same person sent both."""
    other = submit_answers(session, STRONG)
    session.commit()
    handle_events()
    staff_write("March is fine.")
    courier.send_due()
    [first, second, message] = sink.to(application.email)
    assert other.reference in second["Subject"] and second["References"] is None
    assert message["References"] == first["Message-ID"]


def test_a_mail_sent_again_keeps_its_message_id_and_its_thread(
    session: Session,
    application: Application,
    staff_write: Write,
    courier: Courier,
    sink: SmtpSink,
) -> None:
    staff_write("March is fine.")
    courier.send_due()
    staff_write("And so is May.")
    courier.send_due()
    session.execute(SEND_AGAIN)
    session.commit()
    courier.send_due()
    _, once, _, again = sink.to(application.email)
    for header in ("Message-ID", "In-Reply-To", "References"):
        assert once[header] == again[header]


def test_in_a_long_thread_a_mail_refers_only_to_the_first_and_the_latest(
    application: Application, staff_write: Write, courier: Courier, sink: SmtpSink
) -> None:
    for number in range(14):
        staff_write(f"Message {number}")
    courier.send_due()
    ids = [mail["Message-ID"] for mail in sink.to(application.email)]
    last = sink.to(application.email)[-1]
    assert last["References"].split() == [ids[0], *ids[-MOST_REFERENCES:-1]]
