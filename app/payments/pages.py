"""What views do with a deposit: open it for the prospect or for staff; redirect to it or Stripe."""

import uuid

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.applications.models import Application
from app.applications.pages import open_application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.payments.queries import DepositPanel, deposit_panel, takes_card
from app.payments.service import open_deposit_checkout
from app.payments.stripe.answers import PaymentUnavailable
from app.platform.database import db


def open_engagement(token: str) -> tuple[Application, Engagement]:
    """The link's application with its engagement; 404 if there is none, 410 if the person was
    erased."""
    application = open_application(token)
    engagement = engagement_of(db.session(), application.id)
    if engagement is None:
        abort(404)
    return application, engagement


def load_owed(engagement_id: uuid.UUID) -> tuple[Engagement, DepositPanel]:
    """The engagement with its deposit; 404 if there is none, or before the client has agreed."""
    engagement = db.session.get(Engagement, engagement_id)
    panel = deposit_panel(db.session(), engagement) if engagement else None
    if engagement is None or panel is None:
        abort(404)
    return engagement, panel


def checkout_or_page(token: str, unavailable: str) -> ResponseReturnValue:
    """Redirect to Stripe's page for the deposit. Redirect back to the prospect's own page if it
    can't be paid by card, if there is nothing to pay, or, with the sentence ``unavailable``, if
    Stripe can't be reached."""
    application, engagement = open_engagement(token)
    if not takes_card(engagement):
        return back_to_deposit(token)
    try:
        address = open_deposit_checkout(db.session(), engagement, application)
    except PaymentUnavailable:
        return back_to_deposit(token, unavailable)
    return redirect(address, 303) if address else back_to_deposit(token)


def back_to_deposit(token: str, told: str = "") -> ResponseReturnValue:
    """Redirect to the deposit on the prospect's own page. The sentence ``told`` is shown there,
    since whoever lands in the middle of a page does not see its top."""
    if told:
        flash(told, "deposit")
    return redirect(url_for("portal.status", token=token, _anchor="deposit"), 303)


def back_to_desk(engagement_id: uuid.UUID) -> ResponseReturnValue:
    """Redirect to the deposit's page for staff."""
    return redirect(url_for("payments.bank_payment", engagement_id=engagement_id), 303)
