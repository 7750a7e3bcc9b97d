"""Paying the deposit: the prospect by card, staff by recording a transfer."""

import uuid
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from app.applications.queries import get_application
from app.engagements.models import Engagement
from app.extensions import csrf, limiter
from app.firm.calendar import current_calendar, firm_date
from app.payments.deposits import AlreadyPaid, Transfer, is_paid_by
from app.payments.forms import BankPaymentForm
from app.payments.pages import (
    back_to_deposit,
    back_to_desk,
    checkout_or_page,
    load_owed,
    open_engagement,
)
from app.payments.queries import (
    DepositPanel,
    came_back_from_stripe,
    deposit_panel,
    stripe_reports,
    transfer_record,
)
from app.payments.service import close_checkout, record_bank_payment
from app.payments.states import dispute_state, refund_state
from app.platform.database import db, utc_now
from app.platform.settings import current_config
from app.web.site_form import has_valid_token

payments = Blueprint("payments", __name__, template_folder="templates")
payments.add_app_template_filter(refund_state)
payments.add_app_template_filter(dispute_state)


@payments.get("/applications/<token>/deposit")
def deposit(token: str) -> ResponseReturnValue:
    """The deposit's part of the prospect's page, which polls this while it waits for Stripe's
    webhook; 204 until that has come. After a refused button the browser is at this address, so a
    reload redirects to the whole page."""
    application, engagement = open_engagement(token)
    if "HX-Request" not in request.headers:
        return back_to_deposit(token)
    panel = deposit_panel(db.session(), engagement)
    if panel and came_back_from_stripe(request.args) and panel.awaits_stripe(request.args):
        return "", 204
    return render_template("payments/_deposit.html", deposit=panel, application=application)


@payments.post("/applications/<token>/deposit")
@csrf.exempt  # it checks the token itself, so that an expired one is not a dead end
@limiter.limit("30 per hour")
def pay(token: str) -> ResponseReturnValue:
    """Redirect to Stripe's page, or back to the prospect's own page if there is nothing to pay."""
    if not current_config().STRIPE_SECRET_KEY:
        no_card = gettext(
            "We no longer offer payment by card, and nothing was charged. The details for a bank"
            " transfer are below."
        )
        return back_to_deposit(token, no_card)
    if not has_valid_token():
        expired = gettext("This page was open for too long. Press the button once more.")
        return back_to_deposit(token, expired)
    unavailable = gettext(
        "The payment page can’t be reached right now, and nothing was charged. Try again in"
        " a minute, or pay by bank transfer."
    )
    return checkout_or_page(token, unavailable)


@payments.get("/staff/engagements/<uuid:engagement_id>/payment")
@login_required
def bank_payment(engagement_id: uuid.UUID) -> ResponseReturnValue:
    """The deposit, and the form for a transfer while it is due."""
    engagement, panel = load_owed(engagement_id)
    form = payment_form(engagement, panel, formdata=None)
    return show_payment(engagement, panel, form)


@payments.post("/staff/engagements/<uuid:engagement_id>/payment")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@login_required
def record_payment(engagement_id: uuid.UUID) -> ResponseReturnValue:
    """Record the transfer. A second try changes nothing and says who was first."""
    engagement, panel = load_owed(engagement_id)
    form = payment_form(engagement, panel)
    if panel.is_paid:
        return answer_paid(engagement_id, form)
    if not form.validate():
        return show_payment(engagement, panel, form), form.refusal
    try:
        deposit_id = record_bank_payment(db.session(), engagement, transfer_in(form)).id
        db.session.commit()
    except AlreadyPaid:
        db.session.rollback()
        return answer_paid(engagement_id, form)
    close_checkout(db.session(), deposit_id)
    is_erased = get_application(db.session(), engagement.application_id).erased_at is not None
    flash(f"The payment is recorded. {'Staff' if is_erased else 'Both sides'} get an email.")
    return back_to_desk(engagement_id)


def payment_form(engagement: Engagement, panel: DepositPanel, **options: Any) -> BankPaymentForm:
    calendar = current_calendar()
    return BankPaymentForm(
        panel.amount_cents,
        panel.currency,
        agreed_on=firm_date(cast(datetime, engagement.accepted_at), calendar),
        today=firm_date(utc_now(), calendar),
        **options,
    )


def transfer_in(form: BankPaymentForm) -> Transfer:
    return Transfer(
        recorded_by_id=current_user.id,
        received_on=form.received_on.data,
        bank_reference=form.bank_reference.data or None,
    )


def answer_paid(engagement_id: uuid.UUID, form: BankPaymentForm) -> ResponseReturnValue:
    """Say who was first. The same person's double click is not a conflict."""
    engagement, panel = load_owed(engagement_id)
    if is_paid_by(db.session(), engagement_id, transfer_in(form)):
        return back_to_desk(engagement_id)
    return show_payment(engagement, panel, form, overtaken=True), 409


def show_payment(
    engagement: Engagement, panel: DepositPanel, form: BankPaymentForm, *, overtaken: bool = False
) -> str:
    session = db.session()
    return render_template(
        "payments/bank_payment.html",
        application=get_application(session, engagement.application_id),
        engagement=engagement,
        deposit=panel,
        form=form,
        transfer=transfer_record(session, engagement.id),
        reports=stripe_reports(session, engagement.id),
        overtaken=overtaken,
    )
