"""A Fractional's first month is called that, as in the proposal, wherever it is due or paid."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.notifications.models import MailMessage
from app.payments.deposits import Transfer
from app.payments.service import record_bank_payment
from app.platform.database import utc_now
from tests.integration.payments.actors import Handle, Payer, PostWebhook, Standin

FIRST_MONTH = {
    "en": (
        "You have agreed, and the first month is due.",
        "You act next: the work begins once the first month is paid",
        '<h2 id="deposit-title">First month</h2>',
        "First month: Fractional",
        "First month paid: ",
        "for the first month has arrived",
        "Due now, for the first month: ",
        "Paid twice",
    ),
    "de": (
        "Sie haben zugestimmt, und der erste Monat ist fällig.",
        "Die Arbeit beginnt, sobald der erste Monat bezahlt ist",
        '<h2 id="deposit-title">Erster Monat</h2>',
        "Erster Monat: Fractional",
        "Erster Monat bezahlt: ",
        "für den ersten Monat ist eingegangen",
        "Jetzt fällig, für den ersten Monat: ",
        "Doppelt bezahlt",
    ),
}

DEADLINE = {
    "en": re.compile(r"We will write (by .*UTC\)) to agree the first day"),
    "de": re.compile(r"(Bis zum .*UTC\)) schreiben wir Ihnen"),
}


@pytest.mark.parametrize("language", FIRST_MONTH)
def test_a_fractionals_first_month_is_not_called_a_deposit(
    agree: Callable[..., Payer],
    standin: Standin,
    post_webhook: PostWebhook,
    handle_events: Handle,
    session: Session,
    ada: Staff,
    language: str,
) -> None:
    standing, turn, heading, line, subject, arrived, owed, twice = FIRST_MONTH[language]
    payer = agree("fractional")
    payer.application.language = language
    session.commit()
    payer.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    handle_events()
    due = payer.browser.get(payer.own_page).text
    assert standing in due and turn in due and heading in due
    page = payer.press_pay().location
    [item] = payer.attempts()[0].request["line_items"]
    assert item["price_data"]["product_data"]["name"] == line
    transfer = Transfer(ada.id, utc_now().date(), None)
    record_bank_payment(session, payer.engagement, transfer)
    session.commit()
    standin.pay(page)
    post_webhook(*standin.next_webhook("checkout.session.completed"))
    handle_events()
    paid = payer.browser.get(payer.own_page).text
    assert heading in paid and twice in paid
    receipt = session.scalars(select(MailMessage).filter_by(template="deposit_receipt")).one()
    assert receipt.subject.startswith(subject) and arrived in receipt.text
    promised = DEADLINE[language].search(receipt.text)
    assert promised and promised[1] in html.unescape(paid)
    contract = session.scalars(select(MailMessage).filter_by(template="agreement_confirmed")).one()
    assert owed in contract.text
    for text in (due, paid, receipt.subject, receipt.text):
        assert "deposit " not in text.lower() and "anzahlung" not in text.lower()
