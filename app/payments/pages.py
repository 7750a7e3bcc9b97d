"""What pages do about a deposit: open it by the prospect's link, and lead on to Stripe."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.applications.models import Application
from app.applications.pages import open_application
from app.database import db
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.payments.gateway import PaymentUnavailable
from app.payments.service import open_deposit_checkout
from app.settings import current_config


def open_engagement(token: str) -> tuple[Application, Engagement]:
    """The link's application with its engagement; 404 where there is none, 410 for what was
    erased."""
    application = open_application(token)
    engagement = engagement_of(db.session(), application.id)
    if engagement is None:
        abort(404)
    return application, engagement


def checkout_or_page(token: str, unavailable: str) -> ResponseReturnValue:
    """On to Stripe's page for the deposit; back to the prospect's own page where Stripe isn't used
    or there is nothing to pay on it, and with the sentence ``unavailable`` where Stripe can't be
    reached."""
    application, engagement = open_engagement(token)
    if not current_config().STRIPE_SECRET_KEY:
        return back_to_deposit(token)
    try:
        address = open_deposit_checkout(db.session(), engagement, application)
    except PaymentUnavailable:
        return back_to_deposit(token, unavailable)
    return redirect(address, 303) if address else back_to_deposit(token)


def back_to_deposit(token: str, told: str = "") -> ResponseReturnValue:
    """To the deposit on the prospect's own page, and the sentence there: whoever is led past the
    top of a page sees nothing that stands above."""
    if told:
        flash(told, "deposit")
    return redirect(url_for("portal.status", token=token, _anchor="deposit"), 303)
