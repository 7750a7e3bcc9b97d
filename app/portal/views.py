"""The prospect's own page, opened by the link in the mail."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from app.applications.events import ApplicationAccepted, MoreProvided
from app.applications.models import Application
from app.applications.queries import (
    find_application_by_token,
    questionnaire_of,
    readable_answers,
)
from app.applications.service import NothingAsked, provide_more
from app.attachments.queries import attachments_of
from app.database import db
from app.engagements.pricing import proposal_at
from app.engagements.queries import engagement_of
from app.engagements.service import NotOnOffer, accept_engagement
from app.extensions import csrf, limiter
from app.firm.brand import current_brand
from app.firm.offers import current_offers
from app.languages.prose import in_present_language
from app.messages.forms import MessageForm
from app.messages.queries import thread_of
from app.payments.outcomes import PaymentUnavailable
from app.payments.queries import deposit_panel
from app.payments.service import open_deposit_checkout
from app.portal.forms import AgreementForm, ReplyForm
from app.portal.standing import OFFERED, PREPARED, standing_of
from app.portal.timeline import latest_words, timeline_of
from app.portal.turn import turn_of

# What htmx takes as: swap this in, and ask no more.
STOP_ASKING = 286

portal = Blueprint("portal", __name__, template_folder="templates")


@portal.after_request
def keep_private(response: Response) -> Response:
    """No cache, not even the browser's own, keeps what a prospect wrote."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@portal.get("/applications/<token>")
def status(token: str) -> ResponseReturnValue:
    """Where the application stands, what was sent, and what the prospect can do next."""
    return show_page(load(token))


@portal.get("/applications/<token>/progress")
def progress(token: str) -> ResponseReturnValue:
    """The changing part of the page alone, which the page asks for while work is under way.

    Nothing (204) as long as it is what the page has seen already.
    """
    page = progress_of(load(token))
    if page["asks_again"] and request.args.get("seen") == str(len(page["entries"])):
        return "", 204
    part = render_template("portal/_progress.html", **page)
    if page["asks_again"]:
        return part
    # A proposal stands outside of this part, so the page itself is fetched anew for it.
    return part, STOP_ASKING, {"HX-Refresh": "true"} if page["standing"] is OFFERED else {}


@portal.post("/applications/<token>/reply")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit("30 per hour")
def reply(token: str) -> ResponseReturnValue:
    """Answer the reviewer's question. A second click is no second answer."""
    application = load(token)
    form = ReplyForm()
    if not form.validate():
        return show_page(application, reply_form=form), status_of(form)
    message = form.message.data or ""
    try:
        provide_more(db.session(), application.id, message)
        db.session.commit()
    except NothingAsked:
        db.session.rollback()
        if latest_words(db.session(), application, MoreProvided) != message:
            return show_page(application, reply_form=form), 409
    flash(gettext("Your answer is with the reviewer."))
    return redirect(url_for(".status", token=token), 303)


@portal.post("/applications/<token>/agreement")
@csrf.exempt  # as above
@limiter.limit("30 per hour")
def agree(token: str) -> ResponseReturnValue:
    """Agree to the engagement under a typed name, then go on to the deposit."""
    application = load(token)
    engagement = engagement_of(db.session(), application.id)
    form = AgreementForm()
    if engagement is None or not form.validate():
        return show_page(application, agreement_form=form), status_of(form)
    try:
        accept_engagement(db.session(), engagement, name=form.name.data or "")
        db.session.commit()
    except NotOnOffer:
        db.session.rollback()
    return open_checkout_or_page(token)


@portal.get("/applications/<token>/<any(reply, agreement):_>")
def reopen(token: str, _: str) -> ResponseReturnValue:
    """The address of a page that only a POST shows, opened again."""
    return redirect(url_for(".status", token=token), 303)


def open_checkout_or_page(token: str) -> ResponseReturnValue:
    """On to Stripe's page; back to the own page where Stripe isn't used or can't be reached."""
    own_page = redirect(url_for(".status", token=token, _anchor="deposit"), 303)
    application = load(token)
    engagement = engagement_of(db.session(), application.id)
    if engagement is None or not current_app.config["SITE"].STRIPE_SECRET_KEY:
        return own_page
    try:
        address = open_deposit_checkout(db.session(), engagement, application)
    except PaymentUnavailable:
        flash(
            gettext("You have agreed. The payment page can’t be reached right now; try it below.")
        )
        return own_page
    return redirect(address, 303) if address else own_page


def load(token: str) -> Application:
    """The link's application; 404 for a link that is unknown, 410 for what was erased."""
    application = find_application_by_token(db.session(), token)
    if application is None:
        abort(404)
    if application.erased_at is not None:
        abort(410)
    return application


def status_of(form: FlaskForm) -> int:
    """The HTTP status for a form with errors."""
    return 400 if "csrf_token" in form.errors else 422


def progress_of(application: Application) -> dict[str, Any]:
    """What the changing part of the page shows. ``asks_again``: more follows within seconds."""
    session = db.session()
    engagement = engagement_of(session, application.id)
    deposit = deposit_panel(session, engagement) if engagement else None
    # Stripe sends the payer back before it tells us of the payment.
    came_back = request.args.get("payment") == "done"
    is_paying = deposit is not None and deposit.awaits_stripe(came_back=came_back)
    standing = standing_of(application, engagement, is_paying=is_paying)
    names = {"prospect": gettext("You")}
    thread = thread_of(session, application, names, firm=current_brand().name)
    return {
        "application": application,
        "engagement": engagement,
        "deposit": deposit,
        "entries": timeline_of(session, application, engagement),
        "thread": thread,
        "standing": standing,
        "turn": turn_of(session, application, engagement, standing, thread),
        "asks_again": (is_paying and came_back) or not standing.is_settled,
    }


def show_page(
    application: Application,
    *,
    reply_form: ReplyForm | None = None,
    message_form: MessageForm | None = None,
    agreement_form: AgreementForm | None = None,
) -> str:
    session = db.session()
    page = progress_of(application)
    # A message that was under way as the question came stays a message.
    is_asked = application.status == "more_requested" and message_form is None
    reply_form = reply_form or ReplyForm(formdata=None)
    # What was typed as an answer, but too late for one, can be sent as a message.
    message_form = message_form or MessageForm(
        formdata=None, data={"text": reply_form.message.data}
    )
    engagement = page["engagement"]
    is_agreed_on = engagement and engagement.status in {"offered", "accepted", "active"}
    quote = in_present_language(engagement.priced) if is_agreed_on else None
    return render_template(
        "portal/status.html",
        **page,
        offer=proposal_at(quote, current_offers()) if quote else None,
        quote=quote,
        words=latest_words(session, application, ApplicationAccepted) if quote else None,
        is_asked=is_asked,
        reply_form=reply_form,
        message_form=message_form,
        # A page that waits for the proposal is opened anew by itself, and with it all fields.
        can_write=page["standing"] is not PREPARED or message_form.text.data,
        agreement_form=agreement_form or AgreementForm(formdata=None),
        answers=readable_answers(
            application.answers, questionnaire_of(session, application.questions_version)
        ),
        files=attachments_of(session, application.draft_id),
    )
