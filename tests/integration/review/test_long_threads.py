"""Of a long thread or history only the latest entries are open; those before them are folded."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.models import Application
from app.messages.service import note_as_staff, write_as_prospect, write_as_staff
from app.notifications.models import MailMessage
from tests.integration.review.conftest import Handle

FOLDED = re.compile(
    r'<details class="disclosure">\s*<summary>([^<]*)</summary>(.*?)</details>', re.DOTALL
)
TEXT = re.compile(r'<p class="thread__text"[^>]*>([^<]*)<')


def talk(session: Session, application: Application, ada: Staff, turns: str) -> None:
    """Let the prospect ("p") and staff ("s") write, and staff make notes ("n"): each its number."""
    for number, turn in enumerate(turns, start=1):
        text, form = str(number), f"form {number}"
        if turn == "p":
            write_as_prospect(session, application.id, text, form_id=form)
        else:
            write = write_as_staff if turn == "s" else note_as_staff
            write(session, application.id, text, form_id=form, actor=ada.actor)
    session.commit()


def folded_in(page: str, section: str) -> tuple[str, list[str], list[str]]:
    """What stands above the folded messages of that section, and the texts folded and open."""
    part = page.partition(f'id="{section}"')[2].partition("</section>")[0]
    found = FOLDED.search(part)
    closed = TEXT.findall(found[2]) if found else []
    return found[1] if found else "", closed, TEXT.findall(part)[len(closed) :]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "3 earlier messages"), ("de", "3 frühere Nachrichten")]
)
def test_the_latest_five_messages_of_a_long_thread_are_open_on_both_sides_pages(
    session: Session,
    client: FlaskClient,
    desk: FlaskClient,
    applied: Application,
    ada: Staff,
    language: str,
    words: str,
) -> None:
    talk(session, applied, ada, "pspspsps")
    own_page = client.get(f"/applications/{applied.access_token}?lang={language}").text
    assert folded_in(own_page, "conversation") == (words, list("123"), list("45678"))
    staffs = desk.get(f"/staff/applications/{applied.id}").text
    assert folded_in(staffs, "conversation") == ("3 earlier messages", list("123"), list("45678"))


def test_a_single_message_is_not_folded(
    session: Session, desk: FlaskClient, applied: Application, ada: Staff
) -> None:
    talk(session, applied, ada, "pspsps")
    page = desk.get(f"/staff/applications/{applied.id}").text
    assert folded_in(page, "conversation") == ("", [], list("123456"))


def test_no_message_is_folded_that_nobody_has_replied_to(
    session: Session, desk: FlaskClient, applied: Application, ada: Staff
) -> None:
    talk(session, applied, ada, "psppppppp")
    page = desk.get(f"/staff/applications/{applied.id}").text
    assert folded_in(page, "conversation") == ("2 earlier messages", list("12"), list("3456789"))


def test_the_latest_three_notes_are_open(
    session: Session, desk: FlaskClient, applied: Application, ada: Staff
) -> None:
    talk(session, applied, ada, "nnnnn")
    page = desk.get(f"/staff/applications/{applied.id}").text
    assert folded_in(page, "notes") == ("2 earlier notes", list("12"), list("345"))


def test_of_a_long_history_the_latest_ten_events_and_mails_are_open_and_no_refused_mail_is_hidden(
    session: Session, desk: FlaskClient, applied: Application, ada: Staff, handle_events: Handle
) -> None:
    talk(session, applied, ada, "s" * 12)
    handle_events()
    address = f"/staff/applications/{applied.id}"

    def folded(section: str) -> list[tuple[str, str]]:
        part = desk.get(address).text.partition(f'id="{section}"')[2].partition("</section>")[0]
        return re.findall(r'<details class="disclosure"( open)?>\s*<summary>([^<]*)', part)

    mails = session.scalars(select(MailMessage).order_by(MailMessage.created_at)).all()
    assert folded("timeline-title") == [("", "5 earlier")]
    assert folded("mail-title") == [("", f"{len(mails) - 10} earlier")]
    mails[0].status = "failed"
    session.commit()
    assert [is_open for is_open, _ in folded("mail-title")] == [" open"]
