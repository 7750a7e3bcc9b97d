"""Staff record money that they sent back by bank transfer, of a deposit that came by one."""

import uuid
from typing import Any, cast

from flask import Blueprint, abort, flash, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.queries import get_application
from app.engagements.models import Engagement
from app.extensions import csrf
from app.firm.calendar import current_calendar, firm_date
from app.payments.balance import Payment
from app.payments.forms import BankRefundForm
from app.payments.pages import back_to_desk, load_owed
from app.payments.queries import TransferRecord, transfer_record
from app.payments.refunds import BankRefund, MoreThanIsLeft, is_recorded, record_bank_refund
from app.platform.database import db, utc_now

bank_refunds = Blueprint("bank_refunds", __name__, template_folder="templates")


@bank_refunds.get("/staff/engagements/<uuid:engagement_id>/refund")
@login_required
def begin(engagement_id: uuid.UUID) -> ResponseReturnValue:
    """The form for a refund, while something is left of a transfer."""
    engagement, panel = load_owed(engagement_id)
    paid = panel.own
    if paid is None or paid.by_card or not paid.left_cents:
        return back_to_desk(engagement_id)
    return show_refund(engagement, paid, refund_form(engagement_id, paid, formdata=None))


@bank_refunds.post("/staff/engagements/<uuid:engagement_id>/refund")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@login_required
def record(engagement_id: uuid.UUID) -> ResponseReturnValue:
    """Record the refund. A double click records it once, and nobody refunds more than is left. A
    form to which somebody went back is no other refund, even if it says another amount."""
    engagement, transfer = load_transfer(engagement_id)
    form = refund_form(engagement_id, transfer)
    if is_recorded(db.session(), engagement_id, form.form_id.data or ""):
        flash("This form’s refund is already recorded. To record another, open the form again.")
        return back_to_desk(engagement_id)
    if not form.validate():
        return show_refund(engagement, transfer, form), form.refusal
    try:
        record_bank_refund(db.session(), engagement, refund_in(form))
        db.session.commit()
    except MoreThanIsLeft:  # somebody else was faster, so that the form is now refused
        db.session.rollback()
        return record(engagement_id)
    is_erased = get_application(db.session(), engagement.application_id).erased_at is not None
    flash(f"The refund is recorded{'' if is_erased else ', and the client’s page shows it'}.")
    return back_to_desk(engagement_id)


def load_transfer(engagement_id: uuid.UUID) -> tuple[Engagement, Payment]:
    """The engagement, and the transfer that paid its deposit; 404 if none did."""
    engagement, panel = load_owed(engagement_id)
    if panel.own is None or panel.own.by_card:
        abort(404)
    return engagement, panel.own


def refund_form(engagement_id: uuid.UUID, transfer: Payment, **options: Any) -> BankRefundForm:
    record = transfer_record(db.session(), engagement_id)
    return BankRefundForm(
        transfer.left_cents,
        transfer.currency,
        received_on=cast(TransferRecord, record).received_on,
        today=firm_date(utc_now(), current_calendar()),
        **options,
    )


def refund_in(form: BankRefundForm) -> BankRefund:
    return BankRefund(
        recorded_by_id=current_user.id,
        amount_cents=form.amount_cents,
        sent_on=form.sent_on.data,
        bank_reference=form.bank_reference.data or None,
        form_id=form.form_id.data or "",
    )


def show_refund(engagement: Engagement, transfer: Payment, form: BankRefundForm) -> str:
    return render_template(
        "payments/bank_refund.html",
        application=get_application(db.session(), engagement.application_id),
        engagement=engagement,
        transfer=transfer,
        form=form,
    )
