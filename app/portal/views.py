"""The prospect's own page, opened by the link in the mail."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.applications.models import Application
from app.applications.queries import find_application_by_token, readable_answers
from app.applications.questions import current_questionnaire
from app.applications.service import NothingAsked, provide_more
from app.database import db
from app.engagements.queries import engagement_of
from app.engagements.service import NotOnOffer, accept_engagement
from app.extensions import limiter
from app.payments.gateway import PaymentUnavailable
from app.payments.queries import deposit_panel
from app.payments.service import open_deposit_checkout
from app.portal.forms import AgreementForm, ReplyForm
from app.portal.timeline import latest_question, timeline_of

portal = Blueprint("portal", __name__, template_folder="templates")


@portal.get("/applications/<token>")
def status(token: str) -> ResponseReturnValue:
    """Where the application stands, what was sent, and what the prospect can do next."""
    return show_page(load(token))


@portal.get("/applications/<token>/progress")
def progress(token: str) -> ResponseReturnValue:
    """The changing part of the page alone, which the page asks for while work is under way."""
    application = load(token)
    return render_template("portal/_progress.html", **progress_of(application))


@portal.post("/applications/<token>/reply")
@limiter.limit("30 per hour")
def reply(token: str) -> ResponseReturnValue:
    """Answer the reviewer's question."""
    application = load(token)
    form = ReplyForm()
    if not form.validate():
        return show_page(application, reply_form=form), 422
    try:
        provide_more(db.session(), application.id, form.message.data or "")
        db.session.commit()
        flash("Your answer is with the reviewer.")
    except NothingAsked:
        db.session.rollback()
        flash("This question has been answered already.")
    return redirect(url_for(".status", token=token), 303)


@portal.post("/applications/<token>/agreement")
@limiter.limit("30 per hour")
def agree(token: str) -> ResponseReturnValue:
    """Agree to the engagement under a typed name, then go on to the deposit."""
    application = load(token)
    engagement = engagement_of(db.session(), application.id)
    form = AgreementForm()
    if engagement is None or not form.validate():
        return show_page(application, agreement_form=form), 422
    try:
        accept_engagement(db.session(), engagement, name=form.name.data or "")
        db.session.commit()
    except NotOnOffer:
        db.session.rollback()
    return open_checkout_or_page(token)


def open_checkout_or_page(token: str) -> ResponseReturnValue:
    """On to Stripe's page; back to the prospect's own where Stripe isn't used or can't be reached."""
    own_page = redirect(url_for(".status", token=token, _anchor="deposit"), 303)
    application = load(token)
    engagement = engagement_of(db.session(), application.id)
    if engagement is None or not current_app.config["SITE"].STRIPE_SECRET_KEY:
        return own_page
    try:
        address = open_deposit_checkout(db.session(), engagement, application)
    except PaymentUnavailable:
        flash("You have agreed. The payment page can't be reached right now; try it below.")
        return own_page
    return redirect(address, 303) if address else own_page


def load(token: str) -> Application:
    application = find_application_by_token(db.session(), token)
    if application is None:
        abort(404)
    return application


def progress_of(application: Application) -> dict[str, object]:
    """What the changing part of the page shows. ``settled`` stops the page from asking again."""
    session = db.session()
    engagement = engagement_of(session, application.id)
    deposit = deposit_panel(session, engagement) if engagement else None
    waits_for_us = engagement is None or (
        application.status == "accepted" and engagement.status == "proposed"
    )
    return {
        "application": application,
        "engagement": engagement,
        "entries": timeline_of(session, application, engagement),
        "deposit": deposit,
        "settled": application.status == "declined" or not waits_for_us,
    }


def show_page(
    application: Application,
    *,
    reply_form: ReplyForm | None = None,
    agreement_form: AgreementForm | None = None,
) -> str:
    page = progress_of(application)
    engagement = page["engagement"]
    return render_template(
        "portal/status.html",
        **page,
        offer=current_app.extensions["offers"].offer(engagement.kind) if engagement else None,  # type: ignore[attr-defined]
        question=latest_question(db.session(), application),
        reply_form=reply_form or ReplyForm(formdata=None),
        agreement_form=agreement_form or AgreementForm(formdata=None),
        answers=readable_answers(application.answers, current_questionnaire()),
    )
