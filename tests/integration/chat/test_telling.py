"""What is posted to the staff's channel, and what is not."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationHeld
from app.applications.service import withdraw_application
from app.circuits.events import CircuitOpened
from app.events.store import read_event, record
from app.events.types import stream_of
from app.messages.service import write_as_prospect
from app.notifications.models import MailMessage
from app.notifications.subscribers import alert_staff
from app.scoring.queries import score_of
from tests.demo_applications import STRONG
from tests.integration.chat.conftest import Courier, Submit, messages, posted
from tests.webhook_receiver import WebhookReceiver

STAFF = "staff@champlin.example"
Handle = Callable[[], None]


def test_a_new_application_is_announced_in_one_line_with_score_proposal_and_link(
    session: Session,
    submit: Submit,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Handle,
) -> None:
    application = submit()
    handle_events()
    courier.send_due()
    score = score_of(session, application.id)
    assert score
    line, link = posted(receiver)[0].split("\n")
    assert line == (
        f"{score.total} points: Tidewater Freight ({application.reference})."
        f" {score.band_label}. Proposed: Build, $45,600."
    )
    assert link == f"http://localhost/staff/applications/{application.id}"
    (request,) = receiver.received
    assert request.headers["content-type"] == "application/json"


def test_the_channel_gets_no_more_personal_data_than_a_mails_subject_line(
    session: Session,
    submit: Submit,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Handle,
) -> None:
    application = submit()
    write_as_prospect(session, application.id, "A word in private.", form_id="1")
    session.commit()
    handle_events()
    courier.send_due()
    told = " ".join(posted(receiver))
    assert len(receiver.received) == 2 and told.count(STRONG["company"]) == 2
    for private in (STRONG["name"], STRONG["email"], "in private", application.access_token):
        assert private not in told


@pytest.mark.usefixtures("webhook_url")
def test_what_staff_are_mailed_is_posted_in_the_same_words(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    application = submit()
    handle_events()
    stream = stream_of("application", application.id)
    held = ApplicationHeld(signals={"too_fast": ""})
    record(session, stream, held, actor="system:screening")
    write_as_prospect(session, application.id, "A question.", form_id="1")
    withdraw_application(session, application.id, "We have found somebody.")
    session.commit()
    handle_events()
    to_staff = session.scalars(select(MailMessage).filter_by(recipient=STAFF)).all()
    told = {message.kind: message for message in messages(session)}
    assert {mail.template for mail in to_staff} == told.keys()
    assert told.keys() == {"new_application", "held", "message_from_prospect", "withdrawn"}
    for mail in to_staff:
        assert told[mail.template].text.startswith(mail.subject)
        assert told[mail.template].link in mail.text
        assert told[mail.template].application_id == application.id


@pytest.mark.usefixtures("webhook_url")
def test_an_event_handled_twice_is_posted_once(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    submit()
    handle_events()
    (told,) = messages(session)
    alert_staff(session, read_event(session, told.event_id))
    session.commit()
    assert len(messages(session)) == 1


@pytest.mark.usefixtures("webhook_url")
@pytest.mark.parametrize(
    ("service", "said", "by_mail", "by_chat"),
    [
        ("stripe", "Stripe", 1, 1),
        ("smtp", "the mail server", 0, 1),
        ("chat", "the staff’s channel", 1, 0),
    ],
)
def test_staff_hear_of_an_outage_through_the_services_that_still_work(
    session: Session, handle_events: Handle, service: str, said: str, by_mail: int, by_chat: int
) -> None:
    opened = CircuitOpened(name=service, failures=5, error="NotTaken")
    record(session, stream_of("circuit", service), opened, actor="system:circuits")
    session.commit()
    handle_events()
    subject = f"Out of reach: {said}"
    assert [m.text for m in messages(session)] == [subject] * by_chat
    assert list(session.scalars(select(MailMessage.subject))) == [subject] * by_mail


def test_markup_in_a_companys_name_is_literal(
    submit: Submit, courier: Courier, receiver: WebhookReceiver, handle_events: Handle
) -> None:
    submit(company="<!channel> <https://evil.example|pay here> @all & Sons")
    handle_events()
    courier.send_due()
    line, link = posted(receiver)[0].split("\n")
    assert "&lt;!channel&gt;" in line and "&amp; Sons" in line
    assert "<" not in line and "https://" not in line and "@all" not in line
    assert link.startswith("http://localhost/staff/")


def test_without_the_escaping_a_companys_name_could_notify_everybody(
    submit: Submit,
    courier: Courier,
    receiver: WebhookReceiver,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the text as typed."""
    monkeypatch.setattr("app.chat.markup.literal", lambda text: text)
    submit(company="<!channel>")
    handle_events()
    courier.send_due()
    assert "<!channel>" in posted(receiver)[0]


def test_without_the_setting_no_message_is_written(
    session: Session, submit: Submit, handle_events: Handle
) -> None:
    submit()
    handle_events()
    assert session.scalars(select(MailMessage).filter_by(recipient=STAFF)).all()
    assert messages(session) == []
