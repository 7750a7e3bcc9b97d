"""What the firm does in Stripe's dashboard, and the bank of the card: buttons on the page of a paid
session."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from local.stripe_standin.errors import StripeFailure, param_invalid
from local.stripe_standin.resources import Resource
from local.stripe_standin.reversals import Reversals
from local.stripe_standin.state import StripeState
from local.stripe_standin.webhooks import WebhookSender

BUTTONS = {
    "needs_response": "Dispute the payment",
    "warning_needs_response": "Only ask about it",
    "warning_closed": "Ask no more",
    "under_review": "Take the firm’s answer",
    "won": "Decide for the firm",
    "lost": "Decide for the client",
}
# From the status of a dispute to those that the bank can give it.
STEPS: dict[str, tuple[str, ...]] = {
    "": ("needs_response", "warning_needs_response"),
    "warning_needs_response": ("needs_response", "warning_closed"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
}


def reversal_pages_blueprint(
    state: StripeState, reversals: Reversals, webhooks: WebhookSender
) -> Blueprint:
    pages = Blueprint("reversal_pages", __name__)

    @pages.get("/test/payments/<intent_id>")  # where Stripe's dashboard shows a payment
    def payment(intent_id: str) -> Response:
        return redirect(url_for("pages.show", session_id=state.session_paid_by(intent_id)))

    @pages.post("/pay/<session_id>/refund")
    def refund(session_id: str) -> Response:
        return _once_told(session_id, reversals.refund(session_id, _cents(request.form["amount"])))

    @pages.post("/pay/<session_id>/refunds/<refund_id>/fail")
    def fail_refund(session_id: str, refund_id: str) -> Response:
        return _once_told(session_id, reversals.fail_refund(refund_id))

    @pages.post("/pay/<session_id>/dispute")
    def dispute(session_id: str) -> Response:
        return _once_told(session_id, reversals.dispute(session_id, request.form["status"]))

    @pages.errorhandler(StripeFailure)
    def refuse(failure: StripeFailure) -> tuple[str, int]:
        return refused(failure)

    def _once_told(session_id: str, events: list[Resource]) -> Response:
        for event in events:
            webhooks.wait_for_first_try(event["id"])
        return redirect(url_for("pages.show", session_id=session_id), 303)

    return pages


def refused(failure: StripeFailure) -> tuple[str, int]:
    """The page that says why something can't be done."""
    is_unknown = failure.status == 404
    page = render_template("refused.html", is_unknown=is_unknown, reason=str(failure))
    return page, failure.status


def _cents(typed: str) -> int:
    """An amount as typed, such as "1,500.00". Raises StripeFailure (400)."""
    try:
        return round(float(typed.replace(",", "")) * 100)
    except (ValueError, OverflowError):
        raise param_invalid("amount", f"Invalid amount: {typed}") from None
