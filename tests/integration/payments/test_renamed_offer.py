"""A firm renames its offers while engagements run: each keeps the name it was offered under, for
the client and for the staff."""

import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.events import ApplicationAccepted
from app.applications.service import decide_application
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.firm.offers import current_offers
from app.notifications.models import MailMessage
from app.payments.deposits import Transfer
from app.payments.service import record_bank_payment
from app.platform.database import utc_now
from tests.demo_applications import STRONG
from tests.integration.payments.actors import Handle, Payer, Standin
from tests.staff import browser_of
from tests.submitted import submit_answers

LATER = "Second opinion"


@pytest.fixture
def payer(
    app: Flask, session: Session, handle_events: Handle, monkeypatch: pytest.MonkeyPatch
) -> Payer:
    """A client who was offered a Sprint, and agrees to it after it was renamed."""
    application = submit_answers(session, STRONG)
    session.commit()
    handle_events()
    session.refresh(application)
    verdict = ApplicationAccepted(message="", kind="sprint", total_cents=1_200_000)
    seen = application.version
    decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")
    session.commit()
    handle_events()
    offers = current_offers()
    renamed = tuple(replace(offer, name=LATER) for offer in offers.offers)
    monkeypatch.setitem(app.extensions, "offers", replace(offers, offers=renamed))
    engagement = engagement_of(session, application.id)
    assert engagement
    accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)
    session.commit()
    handle_events()
    own_page = f"/applications/{application.access_token}"
    return Payer(session, app.test_client(), application.id, engagement.id, own_page)


def test_the_mails_and_stripes_page_use_the_name_it_was_offered_under(
    standin: Standin, payer: Payer, session: Session, handle_events: Handle, ada: Staff
) -> None:
    payer.press_pay()
    [item] = payer.attempts()[0].request["line_items"]
    assert item["price_data"]["product_data"]["name"] == "Deposit: Sprint"
    transfer = Transfer(ada.id, utc_now().date(), None)
    record_bank_payment(session, payer.engagement, transfer)
    session.commit()
    handle_events()
    mails = {mail.template: mail for mail in session.scalars(select(MailMessage))}
    assert "your Sprint is confirmed" in mails["deposit_receipt"].text
    for template in ("engagement_accepted", "agreement_confirmed"):
        assert ": " in mails[template].subject and "Sprint (" in mails[template].subject
    assert not any(LATER in mail.subject + mail.text for mail in mails.values())


def test_staff_see_the_name_it_was_offered_under(app: Flask, payer: Payer, ada: Staff) -> None:
    desk = browser_of(app, ada)
    listed = desk.get("/staff/engagements/?status=accepted").text
    assert 'data-label="Kind">Sprint</td>' in listed
    page = desk.get(f"/staff/applications/{payer.application.id}").text
    figures = page[page.index('class="figures') :].partition("</dl>")[0]
    assert "Sprint" in figures and LATER not in figures
