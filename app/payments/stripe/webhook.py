"""Stripe's webhook: verified, stored, answered. A subscriber acts on it later."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from app.extensions import csrf
from app.payments.stripe.answers import ForgedWebhook
from app.payments.stripe.inbox import UnusableEvent, store_stripe_event
from app.platform.database import db
from app.platform.settings import current_config

stripe_webhook = Blueprint("stripe_webhook", __name__)


@stripe_webhook.post("/webhooks/stripe")
@csrf.exempt  # the signature stands in for the token
def receive() -> ResponseReturnValue:
    """Accept an event from Stripe: 200 for every genuine one, repeats included."""
    secret = current_config().STRIPE_WEBHOOK_SECRET
    if not secret:
        abort(404)
    # Stripe's SDK is large, and only sites that use Stripe need it.
    from app.payments.stripe.sdk import check_signature  # noqa: PLC0415

    body = request.get_data()
    try:
        check_signature(body, request.headers.get("Stripe-Signature", ""), secret)
        store_stripe_event(db.session(), body)
        db.session.commit()
    except ForgedWebhook:
        return "The signature does not match, or is too old.\n", 400
    except UnusableEvent:
        db.session.rollback()
        return "This is not an event that can be stored.\n", 400
    return "", 200
