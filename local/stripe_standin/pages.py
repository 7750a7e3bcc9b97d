"""The page that a payer sees in development: pay, be declined, or go back."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from local.stripe_standin.errors import StripeFailure
from local.stripe_standin.resources import Resource
from local.stripe_standin.reversal_pages import BUTTONS, STEPS, refused
from local.stripe_standin.reversals import Reversals
from local.stripe_standin.state import StripeState
from local.stripe_standin.webhooks import WebhookSender


def pages_blueprint(state: StripeState, reversals: Reversals, webhooks: WebhookSender) -> Blueprint:
    pages = Blueprint("pages", __name__, url_prefix="/pay/<session_id>")

    @pages.get("")
    def show(session_id: str) -> str:
        session = state.checkout(session_id)
        disputed = reversals.dispute_status(session_id)
        return render_template(
            "pay.html",
            session=session,
            items=state.description(session_id),
            amount=_amount(session),
            success_url=_success_url(session),
            declined=_last_error(session),
            refunds=reversals.refunds_of(session_id),
            left=reversals.left(session_id) / 100,
            disputed=disputed,
            steps=[(step, BUTTONS[step]) for step in STEPS.get(disputed, ())],
        )

    @pages.post("/pay")
    def pay(session_id: str) -> Response:
        session, events = state.pay(session_id)
        for event in events:
            webhooks.wait_for_first_try(event["id"])
        if session["status"] == "complete":
            return redirect(_success_url(session), 303)
        return redirect(url_for("pages.show", session_id=session_id), 303)

    @pages.post("/decline")
    def decline(session_id: str) -> Response:
        state.decline(session_id)
        return redirect(url_for("pages.show", session_id=session_id), 303)

    @pages.errorhandler(StripeFailure)
    def unknown(failure: StripeFailure) -> tuple[str, int]:
        return refused(failure)

    def _last_error(session: Resource) -> str | None:
        if session["payment_intent"] is None:
            return None
        error = state.payment_intent(session["payment_intent"])["last_payment_error"]
        return error["message"] if error else None

    return pages


def _success_url(session: Resource) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _amount(session: Resource) -> str:
    """Cents as a payer reads them: ``$3,000.00`` for dollars, ``3,000.00 EUR`` for others."""
    figure = f"{session['amount_total'] / 100:,.2f}"
    currency = session["currency"].upper()
    return f"${figure}" if currency == "USD" else f"{figure} {currency}"
