"""Staff record a transfer: once, for the exact amount, and no open payment page outlives it."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.engagements.models import Engagement
from app.notifications.models import MailMessage
from app.payments.deposits import AlreadyPaid, Transfer
from app.payments.models import Deposit, StripeEvent
from app.payments.service import record_bank_payment
from app.payments.stripe.sdk import Gateway
from app.payments.stripe.settlement import SECOND_PAYMENT
from app.platform.database import db, utc_now
from tests.form_page import token_in
from tests.integration.conftest import Tamper
from tests.integration.payments.actors import Handle, Payer, PostWebhook, Standin

CONFIRMED_A_WEEK_LATER = """
    UPDATE events SET recorded_at = recorded_at + interval '7 days'
    WHERE type = 'engagement.activated'
"""


def record_payment(desk: FlaskClient, payer: Payer, **typed: str) -> TestResponse:
    """Fill in the form as Ada would, and send it."""
    token = token_in(desk.get("/staff/settings/").text)
    fields = {"amount": "5,000", "received_on": utc_now().date().isoformat(), **typed}
    return desk.post(page_of(payer), data={"csrf_token": token, **fields})


def page_of(payer: Payer) -> str:
    return f"/staff/engagements/{payer.engagement_id}/payment"


def test_a_recorded_transfer_pays_the_deposit_and_starts_the_engagement(
    desk: FlaskClient, ada: Staff, payer: Payer, handle_events: Handle, session: Session
) -> None:
    page = desk.get(page_of(payer)).text
    assert "Record a bank transfer" in page and f"<dd>{payer.application.reference}</dd>" in page
    answer = record_payment(desk, payer, bank_reference="FT 24/117")
    assert answer.status_code == 303
    handle_events()
    [paid], deposit = payer.payments(), payer.deposit()
    assert (paid.data.method, paid.data.amount_cents) == ("bank_transfer", 500_000)
    assert paid.metadata.actor == f"staff:{ada.id}"
    assert (deposit.status, deposit.recorded_by_id) == ("paid", ada.id)
    assert payer.engagement.status == "active"
    page = desk.get(page_of(payer)).text
    assert "Ada Lovelace" in page and "FT 24/117" in page and "Record a bank" not in page
    assert "received by bank transfer" in payer.browser.get(payer.own_page).text
    assert "deposit_receipt" in session.scalars(select(MailMessage.template)).all()


def test_from_the_payment_on_the_clients_page_says_no_more_that_the_deposit_is_due(
    desk: FlaskClient, payer: Payer, handle_events: Handle
) -> None:
    record_payment(desk, payer)
    for _ in ("before the engagement is confirmed", "afterwards"):
        page = payer.browser.get(payer.own_page).text
        assert "<h1>Your engagement is confirmed.</h1>" in page
        assert "we write to agree the first day" in page and "You act next" not in page
        handle_events()


def test_page_and_receipt_promise_the_same_day_however_late_the_engagement_is_confirmed(
    desk: FlaskClient, payer: Payer, handle_events: Handle, session: Session, tamper: Tamper
) -> None:
    record_payment(desk, payer)
    handle_events()
    tamper(CONFIRMED_A_WEEK_LATER)
    receipts = select(MailMessage.text).filter_by(template="deposit_receipt")
    [promised] = re.findall(r"We will write by (.*\))", session.scalars(receipts).one())
    assert f"by {promised} we write" in html.unescape(payer.browser.get(payer.own_page).text)


def test_the_clients_page_is_there_while_a_newer_release_records_the_payment(
    desk: FlaskClient, payer: Payer, handle_events: Handle, tamper: Tamper
) -> None:
    record_payment(desk, payer)
    handle_events()
    tamper("UPDATE events SET schema_version = 99 WHERE stream LIKE 'engagement-%'")
    page = payer.browser.get(payer.own_page)
    assert page.status_code == 200 and "Your engagement is confirmed." in page.text


def test_recording_a_transfer_twice_names_who_was_first_and_changes_nothing(
    desk: FlaskClient, payer: Payer
) -> None:
    record_payment(desk, payer, bank_reference="the first")
    again = record_payment(desk, payer, bank_reference="the second")
    assert again.status_code == 409
    assert "Ada Lovelace</bdi> recorded the transfer" in again.text
    assert payer.deposit().bank_reference == "the first" and len(payer.payments()) == 1


def test_a_double_click_records_the_transfer_once_and_is_not_a_conflict(
    desk: FlaskClient, other_desk: FlaskClient, payer: Payer
) -> None:
    for browser, status in ((desk, 303), (desk, 303), (other_desk, 409)):
        answer = record_payment(browser, payer, bank_reference="FT 24/117")
        assert answer.status_code == status
    assert len(payer.payments()) == 1


def test_when_eight_record_the_transfer_at_once_only_one_succeeds(
    app: Flask, ada: Staff, payer: Payer, handle_events: Handle
) -> None:
    handle_events()
    ada_id, together = ada.id, threading.Barrier(8)

    def record(_: int) -> bool:
        with app.app_context():
            together.wait()
            engagement = db.session.get_one(Engagement, payer.engagement_id)
            try:
                record_bank_payment(
                    db.session(), engagement, Transfer(ada_id, utc_now().date(), None)
                )
                db.session.commit()
            except AlreadyPaid:
                return False
            return True

    payer.session.rollback()
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(record, range(8)))
    assert sum(taken) == len(payer.payments()) == 1


@pytest.mark.parametrize(
    "typed", [{"amount": "4,999.99"}, {"amount": ""}, {"received_on": ""}, {"received_on": "soon"}]
)
def test_a_wrong_amount_or_day_records_nothing_and_keeps_what_was_typed(
    desk: FlaskClient, payer: Payer, typed: dict[str, str]
) -> None:
    answer = record_payment(desk, payer, bank_reference="FT 24/117", **typed)
    assert answer.status_code == 422 and 'value="FT 24/117"' in answer.text
    assert "Not a valid" not in answer.text
    assert payer.payments() == []


def test_the_day_of_the_agreement_is_the_same_wherever_the_page_names_it(
    desk: FlaskClient, payer: Payer
) -> None:
    payer.engagement.accepted_at = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    payer.session.commit()
    page = record_payment(desk, payer, received_on="2026-11-22").text
    assert "24 Nov 2026, 20:00 EST" in page
    assert "The client agreed on 24 November 2026; nothing was due before then." in page


def test_a_page_left_open_too_long_records_nothing_and_keeps_what_was_typed(
    desk: FlaskClient, payer: Payer
) -> None:
    today = utc_now().date().isoformat()
    typed = {"amount": "5,000", "received_on": today, "bank_reference": "FT 24/117"}
    answer = desk.post(page_of(payer), data={"csrf_token": "expired", **typed})
    assert answer.status_code == 400 and "open for too long" in answer.text
    assert 'role="alert" tabindex="-1" autofocus' in answer.text
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    token = token_in(answer.text)
    assert payer.payments() == []
    assert desk.post(page_of(payer), data={"csrf_token": token, **typed}).status_code == 303


def test_only_staff_with_a_csrf_token_can_record_a_transfer(
    desk: FlaskClient, payer: Payer, client: FlaskClient
) -> None:
    assert client.get(page_of(payer)).status_code in {302, 303}
    assert client.post(page_of(payer)).status_code in {302, 303, 400}
    assert desk.post(page_of(payer), data={"amount": "5000"}).status_code == 400
    assert payer.payments() == []


def test_the_page_does_not_exist_before_the_client_has_agreed(
    desk: FlaskClient, payer: Payer
) -> None:
    engagement = payer.engagement
    engagement.status, engagement.accepted_at, engagement.accepted_name = "offered", None, None
    payer.session.commit()
    assert desk.get(page_of(payer)).status_code == 404
    assert record_payment(desk, payer).status_code == 404
    assert desk.get(f"/staff/engagements/{payer.application_id}/payment").status_code == 404


def test_looking_at_the_page_stores_nothing(desk: FlaskClient, payer: Payer) -> None:
    desk.get(page_of(payer))
    assert payer.session.scalar(select(func.count(Deposit.id))) == 0


def test_recording_a_transfer_closes_the_open_page_at_stripe(
    desk: FlaskClient, standin: Standin, payer: Payer
) -> None:
    payer.press_pay()
    record_payment(desk, payer)
    assert [page["status"] for page in standin.sessions()] == ["expired"]
    assert [attempt.status for attempt in payer.attempts()] == ["expired"]


def test_a_page_that_stripe_opens_during_the_recording_is_closed_too(
    desk: FlaskClient, standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin.fail("drop")
    monkeypatch.setattr("app.payments.stripe.sdk.NETWORK_RETRIES", 0)
    payer.press_pay()
    token = payer.csrf_token()
    asked = threading.Event()
    recorded = threading.Event()
    real = Gateway.open_checkout

    def slowly(*args: Any, **named: Any) -> Any:
        page = real(*args, **named)
        asked.set()
        assert recorded.wait(10)
        return page

    monkeypatch.setattr(Gateway, "open_checkout", slowly)
    with ThreadPoolExecutor(1) as thread:
        click = thread.submit(payer.press_pay, token)
        assert asked.wait(10)
        record_payment(desk, payer)
        recorded.set()
        assert click.result().location.endswith("#deposit")
    assert [page["status"] for page in standin.sessions()] == ["expired"]


def test_the_transfer_is_recorded_even_while_stripe_is_down(
    desk: FlaskClient, standin: Standin, payer: Payer
) -> None:
    payer.press_pay()
    standin.fail("429", times=5)
    assert record_payment(desk, payer).status_code == 303
    assert payer.deposit().status == "paid"


def test_a_card_payment_that_arrives_later_is_shown_to_staff_as_one_to_refund(
    desk: FlaskClient,
    standin: Standin,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    session: Session,
) -> None:
    page = payer.press_pay().location
    standin.fail("429", times=1)
    record_payment(desk, payer)
    standin.pay(page)
    post_webhook(*standin.next_webhook("checkout.session.completed"))
    handle_events()
    assert session.scalars(select(StripeEvent.outcome)).all() == [SECOND_PAYMENT]
    assert SECOND_PAYMENT in desk.get(page_of(payer)).text
    assert payer.deposit().method == "bank_transfer" and len(payer.payments()) == 1
    alerts = session.scalars(select(MailMessage).where(MailMessage.template == "deposit_overpaid"))
    assert [alert.recipient for alert in alerts] == ["staff@champlin.example"]
    assert "We will refund it to the card." in payer.browser.get(payer.own_page).text


def test_after_a_card_payment_there_is_nothing_to_record(
    desk: FlaskClient,
    standin: Standin,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
) -> None:
    standin.pay(payer.press_pay().location)
    post_webhook(*standin.next_webhook("checkout.session.completed"))
    handle_events()
    answer = record_payment(desk, payer)
    assert answer.status_code == 409 and "was paid by card" in answer.text
    assert payer.deposit().method == "stripe"


def test_of_an_erased_client_the_banks_reference_is_neither_asked_for_nor_kept(
    desk: FlaskClient, payer: Payer, session: Session
) -> None:
    assert 'name="bank_reference"' in desk.get(page_of(payer)).text
    erase_person(session, payer.application_id, actor="operator:ada")
    session.commit()
    page = desk.get(page_of(payer)).text
    assert 'name="bank_reference"' not in page and "emails staff" in page
    assert record_payment(desk, payer, bank_reference="Ada Marsh").status_code == 303
    assert "The payment is recorded. Staff get an email." in desk.get(page_of(payer)).text
    assert (payer.deposit().status, payer.deposit().bank_reference) == ("paid", None)


def test_an_erasure_waits_for_the_transfer_whose_reference_it_has_to_remove(
    ada: Staff, payer: Payer, session: Session
) -> None:
    transfer = Transfer(ada.id, utc_now().date(), "Ada Marsh")
    record_bank_payment(session, payer.engagement, transfer)
    with Session(db.engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            erase_person(other, payer.application_id, actor="operator:ada")
