"""Who is mailed what: the mails that follow from the site's own events."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.events import ApplicationAccepted
from app.applications.models import Application
from app.applications.service import decide_application, withdraw_application
from app.circuits.events import CircuitOpened
from app.engagements.queries import engagement_of
from app.events.delivery.dead_letters import DeliveryDeadLettered
from app.events.store import record
from app.events.subscription import current_subscriptions
from app.events.types import stream_of
from app.notifications.letters.letter import Letter
from app.notifications.letters.staff_alerts import (
    answer_due,
    handling_failed,
    held,
    reply_due,
)
from app.notifications.letters.staff_money import deposit_overpaid
from app.notifications.letters.staff_news import (
    deposit_paid,
    engagement_accepted,
    message_from_prospect,
    more_provided,
    withdrawn,
)
from app.notifications.models import MailMessage
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

CAN_BE_DECIDED = "The application is complete and can be decided."
STAFF = "staff@champlin.example"
FULL = "22\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}22"
Handle = Callable[[], None]


@pytest.fixture
def application(submit: Callable[..., Application]) -> Application:
    return submit()


def withdraw(session: Session, application: Application) -> None:
    withdraw_application(session, application.id, "")


def accept(session: Session, application: Application) -> None:
    accepted = ApplicationAccepted(message="", kind="sprint", total_cents=2_000_000)
    decide_application(session, application.id, accepted, seen_version=1, actor="staff:ada")


def erase(session: Session, application: Application) -> None:
    erase_person(session, application.id, actor="prospect")


def mails(session: Session, recipient: str) -> list[MailMessage]:
    return list(session.scalars(select(MailMessage).filter_by(recipient=recipient)))


def test_a_submission_is_confirmed_to_the_prospect(
    session: Session, application: Application, handle_events: Handle
) -> None:
    handle_events()
    (mail,) = mails(session, application.email)
    assert application.reference in mail.subject
    assert f"/applications/{application.access_token}" in mail.text
    assert f"/applications/{application.access_token}" in mail.html


def test_staff_are_mailed_the_essentials_of_a_new_application(
    session: Session, application: Application, handle_events: Handle
) -> None:
    handle_events()
    (mail,) = mails(session, STAFF)
    for body in (mail.text, mail.html):
        for essential in ("Tidewater Freight", "Build", "$45,600", "of 100 points", FULL):
            assert essential in body
        assert f"/staff/applications/{application.id}" in body


def test_two_applications_of_one_company_are_told_apart_by_their_reference(
    session: Session, application: Application, handle_events: Handle
) -> None:
    handle_events()
    engagement = engagement_of(session, application.id)
    assert engagement
    for letter in (
        engagement_accepted(application, engagement),
        deposit_paid(application, 300_000, "usd", "stripe"),
        deposit_overpaid(application, 300_000, "usd"),
    ):
        assert letter.subject.endswith(f" ({application.reference})")


def test_a_payment_by_an_erased_person_is_announced_without_a_gap_for_their_name(
    session: Session, application: Application, handle_events: Handle
) -> None:
    erase_person(session, application.id, actor="operator:ada")
    session.commit()
    session.refresh(application)
    paid = deposit_paid(application, 300_000, "usd", "transfer")
    assert paid.subject == f"Deposit paid: Erased, $3,000 ({application.reference})"
    assert "A deposit of $3,000 has arrived (by bank transfer)" in paid.text
    twice = deposit_overpaid(application, 300_000, "usd")
    assert twice.subject.startswith("Paid twice: Erased, refund $3,000")
    assert twice.text.count("Refund the card payment at Stripe.") == 1


def test_a_right_to_left_name_does_not_reorder_the_text_around_it_in_mail_to_staff(
    session: Session, handle_events: Handle
) -> None:
    turned = {"name": "Ada \u202eecalevoL", "company": "\u05e9\u05dc\u05d5\u05dd"}
    application = submit_answers(session, {**STRONG, **turned})
    session.commit()
    handle_events()
    engagement = engagement_of(session, application.id)
    assert engagement
    (told,) = mails(session, STAFF)
    mails_to_staff: list[MailMessage | Letter] = [
        told,
        engagement_accepted(application, engagement),
        deposit_paid(application, 300_000, "usd", "stripe"),
        deposit_overpaid(application, 300_000, "usd"),
        answer_due(application),
        held(application, ["It took four seconds."]),
        reply_due(application),
        handling_failed(application, "scoring.score_fit", "application.submitted"),
        more_provided(application, "The answer"),
        withdrawn(application, "The reason"),
        message_from_prospect(application, "The message"),
    ]
    company = f"\u2068{turned['company']}\u2069"
    for mail in mails_to_staff:
        assert company in mail.subject, mail.template
        for text in (mail.subject, mail.text, mail.html):
            assert text.count(turned["company"]) == text.count(company)
            assert "\u202e" not in text


def test_mail_to_staff_does_not_contain_the_prospects_link(
    session: Session, application: Application, handle_events: Handle
) -> None:
    handle_events()
    (mail,) = mails(session, STAFF)
    assert application.access_token not in mail.text + mail.html


def test_staff_are_told_of_an_application_whose_scoring_became_a_dead_letter(
    session: Session,
    application: Application,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(current_subscriptions()._by_name, "scoring.score_fit", fail)
    handle_events()
    (mail,) = mails(session, STAFF)
    assert mail.template == "handling_failed" and "Tidewater Freight" in mail.subject
    assert f"/staff/applications/{application.id}" in mail.text
    assert CAN_BE_DECIDED in mail.text
    assert len(mails(session, application.email)) == 1


@pytest.mark.parametrize(
    ("end", "title"),
    [(withdraw, "Tidewater Freight"), (accept, "Tidewater Freight"), (erase, "Erased")],
)
def test_a_dead_letter_about_an_application_that_cannot_be_decided_asks_for_no_decision(
    session: Session,
    application: Application,
    handle_events: Handle,
    end: Callable[[Session, Application], None],
    title: str,
) -> None:
    handle_events()
    end(session, application)
    dead = DeliveryDeadLettered(
        delivery_id=1,
        subscriber="review.list_application",
        event_id="1",
        event_type="application.scored",
        event_stream=f"application-{application.id}",
    )
    record(session, "delivery-1", dead, actor="system:test")
    session.commit()
    handle_events()
    mail = session.scalars(select(MailMessage).filter_by(template="handling_failed")).one()
    assert mail.subject == f"Not handled automatically: {title} ({application.reference})"
    assert f"For {title} ({application.reference}) the step review.list_application" in mail.text
    assert "decide" not in mail.text


def test_staff_are_also_told_of_a_dead_letter_that_concerns_no_application(
    session: Session, application: Application, handle_events: Handle
) -> None:
    record(
        session,
        "delivery-1",
        DeliveryDeadLettered(
            delivery_id=1,
            subscriber="payments.settle_deposit",
            event_id="1",
            event_type="stripe.event_received",
            event_stream="stripe-1",
        ),
        actor="system:test",
    )
    session.commit()
    handle_events()
    subjects = [mail.subject for mail in mails(session, STAFF)]
    assert "Failed for good: payments.settle_deposit" in subjects


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("chat", "the staff’s channel"),
        ("stripe", "Stripe"),
        ("bridge amqp://rabbit/portal", "the broker of bridge amqp://rabbit/portal"),
    ],
)
def test_the_mail_about_an_outage_describes_the_service_and_gives_its_runbook_name(
    session: Session, handle_events: Handle, service: str, said: str
) -> None:
    opened = CircuitOpened(name=service, failures=5, error="APIConnectionError")
    record(session, stream_of("circuit", service), opened, actor="system:circuits")
    session.commit()
    handle_events()
    (mail,) = mails(session, STAFF)
    assert mail.subject == f"Out of reach: {said}"
    assert f"{said[0].upper()}{said[1:]} has failed 5 times in a row" in mail.text
    assert f"“{service}”" in mail.text


def test_nobody_is_mailed_about_an_outage_of_the_mail_server(
    session: Session, handle_events: Handle
) -> None:
    opened = CircuitOpened(name="smtp", failures=5, error="APIConnectionError")
    record(session, stream_of("circuit", "smtp"), opened, actor="system:circuits")
    session.commit()
    handle_events()
    assert not mails(session, STAFF)


def test_markup_in_an_answer_is_literal_text_in_every_mail(
    session: Session, handle_events: Handle
) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    submit_answers(session, {**STRONG, "company": evil, "name": evil})
    session.commit()
    handle_events()
    for mail in session.scalars(select(MailMessage)):
        assert "<script>" not in mail.html and evil in mail.text
