"""Staff record money sent back by transfer: once, and never more than is left."""

import html
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.engagements.models import Engagement
from app.payments.deposits import Transfer
from app.payments.models import CheckoutAttempt, Refund
from app.payments.refunds import BankRefund, MoreThanIsLeft, record_bank_refund
from app.payments.service import record_bank_payment
from app.platform.database import db, utc_now
from tests.form_page import token_in
from tests.integration.payments.actors import Handle, Payer


@pytest.fixture
def transferred(payer: Payer, ada: Staff, handle_events: Handle) -> Payer:
    """A client whose deposit came by bank transfer three days ago."""
    received_on = utc_now().date() - timedelta(days=3)
    transfer = Transfer(ada.id, received_on, "FT 24/117")
    record_bank_payment(payer.session, payer.engagement, transfer)
    payer.session.commit()
    handle_events()
    return payer


def page_of(payer: Payer) -> str:
    return f"/staff/engagements/{payer.engagement_id}/refund"


def deposit_of(payer: Payer) -> str:
    return f"/staff/engagements/{payer.engagement_id}/payment"


def record_refund(desk: FlaskClient, payer: Payer, **typed: str) -> TestResponse:
    """Fill in the form as Ada would, and send it."""
    token = token_in(desk.get("/staff/settings/").text)
    fields = {"amount": "5,000", "sent_on": utc_now().date().isoformat(), "form_id": "a", **typed}
    return desk.post(page_of(payer), data={"csrf_token": token, **fields})


def refunds(session: Session) -> list[Refund]:
    session.rollback()
    return list(session.scalars(select(Refund).order_by(Refund.created_at)))


def test_a_refund_by_transfer_is_recorded_in_parts_and_shown_on_both_pages(
    desk: FlaskClient, ada: Staff, transferred: Payer
) -> None:
    deposit = desk.get(deposit_of(transferred)).text
    assert "Nothing has been refunded." in deposit and f'href="{page_of(transferred)}"' in deposit
    assert "$5,000 of $5,000 can be refunded." in desk.get(page_of(transferred)).text
    answer = record_refund(desk, transferred, amount="1,200.50", bank_reference="RT 1")
    assert answer.status_code == 303
    told = transferred.told()[-1]
    assert (told.type, told.metadata.actor) == ("deposit.refunded", ada.actor)
    assert (told.data.amount_cents, told.data.method) == (120_050, "bank_transfer")
    assert (told.data.attempt_id, told.data.is_extra) == (None, False)
    assert record_refund(desk, transferred, amount="3799.50", form_id="b").status_code == 303
    deposit = desk.get(answer.location).text
    assert "Refunded $5,000 of $5,000." in deposit and "RT 1" in deposit
    assert page_of(transferred) not in deposit
    assert desk.get(page_of(transferred)).status_code == 303
    own = html.unescape(transferred.browser.get(transferred.own_page).text)
    assert "All of it is refunded:" in own and "$1,200.50 by bank transfer" in own
    assert "RT 1" not in own
    sheet = html.unescape(transferred.browser.get(f"{transferred.own_page}/agreement").text)
    assert "$5,000 received by bank transfer" in sheet and "All of it is refunded:" in sheet
    assert (transferred.deposit().status, transferred.engagement.status) == ("paid", "active")


def test_a_double_click_records_one_refund(desk: FlaskClient, transferred: Payer) -> None:
    for _ in range(2):
        assert record_refund(desk, transferred).status_code == 303
    assert len(refunds(transferred.session)) == 1


def test_a_form_that_was_gone_back_to_records_nothing_more_and_says_so(
    desk: FlaskClient, transferred: Payer
) -> None:
    record_refund(desk, transferred, amount="1,000")
    assert "already recorded" not in desk.get(deposit_of(transferred)).text
    again = record_refund(desk, transferred, amount="250")
    assert "This form’s refund is already recorded." in desk.get(again.location).text
    assert [refund.amount_cents for refund in refunds(transferred.session)] == [100_000]


def test_two_clicks_at_the_same_moment_record_one_refund(transferred: Payer, ada: Staff) -> None:
    refund = BankRefund(ada.id, 100_000, utc_now().date(), None, "the same page")
    for _ in range(2):  # the second one waited for the deposit's lock
        record_bank_refund(transferred.session, transferred.engagement, refund)
        transferred.session.commit()
    assert len(refunds(transferred.session)) == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"amount": "5,000.01"}, "It can be at most $5,000, which is what is left."),
        ({"amount": "0"}, "Nothing to record: this amount is zero."),
        ({"amount": "-5"}, "Write the amount in USD"),
        ({"amount": ""}, "Type the amount that was sent back."),
        ({"amount": "€50"}, "Write the amount in USD"),
        ({"sent_on": ""}, "Choose the day on which it left."),
        ({"sent_on": "2020-01-01"}, "The payment arrived on "),
        ({"sent_on": "2199-01-01"}, "This day has not come yet."),
        ({"bank_reference": "x" * 141}, "140"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_what_was_typed_is_kept(
    desk: FlaskClient, transferred: Payer, typed: dict[str, str], reason: str
) -> None:
    refused = record_refund(desk, transferred, **{"bank_reference": "RT 7", **typed})
    assert refused.status_code == 422 and reason in html.unescape(refused.text)
    assert "RT 7" in refused.text or "bank_reference" in typed
    assert refunds(transferred.session) == []


def test_what_is_left_is_all_that_can_still_be_refunded(
    desk: FlaskClient, transferred: Payer
) -> None:
    record_refund(desk, transferred, amount="4,000")
    refused = record_refund(desk, transferred, amount="1,000.01", form_id="b")
    assert refused.status_code == 422 and "It can be at most $1,000" in refused.text


def test_when_eight_record_a_refund_at_once_never_more_is_refunded_than_was_paid(
    app: Flask, ada: Staff, transferred: Payer
) -> None:
    ada_id, together = ada.id, threading.Barrier(8)

    def send_back(number: int) -> bool:
        with app.app_context():
            together.wait()
            engagement = db.session.get_one(Engagement, transferred.engagement_id)
            refund = BankRefund(ada_id, 200_000, utc_now().date(), None, f"form {number}")
            try:
                record_bank_refund(db.session(), engagement, refund)
                db.session.commit()
            except MoreThanIsLeft:
                return False
            return True

    transferred.session.rollback()
    with ThreadPoolExecutor(8) as threads:
        recorded = list(threads.map(send_back, range(8)))
    assert recorded.count(True) == len(refunds(transferred.session)) == 2


def test_only_what_came_by_transfer_is_sent_back_by_transfer(
    desk: FlaskClient, paid: CheckoutAttempt, payer: Payer, ada: Staff
) -> None:
    assert desk.get(page_of(payer)).location.endswith("/payment")
    assert record_refund(desk, payer).status_code == 404
    refund = BankRefund(ada.id, 1, utc_now().date(), None, uuid.uuid4().hex)
    with pytest.raises(MoreThanIsLeft):
        record_bank_refund(payer.session, payer.engagement, refund)


def test_nothing_can_be_refunded_before_it_was_paid(desk: FlaskClient, payer: Payer) -> None:
    assert desk.get(page_of(payer)).location.endswith("/payment")
    assert record_refund(desk, payer).status_code == 404


def test_the_banks_reference_of_a_refund_goes_with_the_person(
    desk: FlaskClient, transferred: Payer, handle_events: Handle
) -> None:
    answer = record_refund(desk, transferred, amount="1,000", bank_reference="MARSH 4711")
    assert "and the client’s page shows it." in desk.get(answer.location).text
    erase_person(transferred.session, transferred.application_id, actor="operator:ada")
    transferred.session.commit()
    handle_events()
    assert "client’s page" not in desk.get(page_of(transferred)).text
    record_refund(desk, transferred, amount="500", bank_reference="MARSH 4711", form_id="b")
    told = desk.get(deposit_of(transferred)).text
    assert "The refund is recorded." in told and "client’s page" not in told
    assert [refund.bank_reference for refund in refunds(transferred.session)] == [None, None]
    assert "The bank’s reference" not in desk.get(page_of(transferred)).text
