"""The prospect's own page, opened by the link in the mail."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from app.applications.events import MoreProvided
from app.applications.models import Application
from app.applications.pages import open_application
from app.applications.service import NothingAsked, provide_more
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of, events_about
from app.engagements.service import NotOnOffer, TermsChanged, accept_terms
from app.extensions import csrf, limiter
from app.payments.pages import checkout_or_page
from app.platform.database import db
from app.portal.forms import AgreementForm, ReplyForm
from app.portal.pages import keep_private, progress_of, show_agreement, show_page
from app.portal.standing import OFFERED
from app.portal.timeline import latest_words
from app.web.htmx import STOP_ASKING

ANOTHER_QUESTION = lazy_gettext(
    "We have asked something else since you opened this page, so this was not sent. Your text is"
    " kept; send it if it answers the present question."
)

portal = Blueprint("portal", __name__, template_folder="templates")
portal.after_request(keep_private)


@portal.get("/applications/<token>")
def status(token: str) -> ResponseReturnValue:
    """Where the application stands, what was sent, and what the prospect can do next."""
    return show_page(open_application(token))


@portal.get("/applications/<token>/progress")
def progress(token: str) -> ResponseReturnValue:
    """The changing part of the page, which the page polls for while work is under way.

    204 if the page already shows it. With ``beside`` in the query the page has a message field that
    may hold a text, so it is not reloaded.
    """
    now = progress_of(open_application(token))
    if now.asks_again and request.args.get("seen") == str(len(now.entries)):
        return "", 204
    # A proposal is outside of this part, so the whole page has to be reloaded for it.
    lacks_proposal = now.standing is OFFERED
    may_hold_text = "beside" in request.args
    part = render_template(
        "portal/_progress.html", **now._asdict(), is_outdated=lacks_proposal and may_hold_text
    )
    if now.asks_again:
        return part
    is_fetched_anew = lacks_proposal and not may_hold_text
    return part, STOP_ASKING, {"HX-Refresh": "true"} if is_fetched_anew else {}


@portal.post("/applications/<token>/reply")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what was typed
@limiter.limit("30 per hour")
def reply(token: str) -> ResponseReturnValue:
    """Answer the reviewer's question. A double click sends one answer, and what was typed for an
    earlier question does not answer the next."""
    application = open_application(token)
    form = ReplyForm()
    if not form.validate():
        return show_page(application, reply_form=form), form.refusal
    message = form.message.data or ""
    try:
        seen = form.version.seen
        provide_more(db.session(), application.id, message, seen_version=seen)
        db.session.commit()
    except NothingAsked:
        db.session.rollback()
        application = open_application(token)  # they may have erased themselves in the meantime
        events = events_about(db.session(), application, None)
        if latest_words(events, MoreProvided) != message:
            if application.status == "more_requested":
                form.message.errors = [ANOTHER_QUESTION]
            return show_page(application, reply_form=form), 409
    flash(gettext("Your answer is with the reviewer."))
    return redirect(url_for(".status", token=token), 303)


@portal.post("/applications/<token>/agreement")
@csrf.exempt  # as above
@limiter.limit("30 per hour")
def agree(token: str) -> ResponseReturnValue:
    """Agree to the engagement under a typed name, then go on to the deposit. If it was already
    agreed to under another name, the page says under which. If its terms have changed since the
    page was opened, nothing is agreed, and the page shows the present ones."""
    application = open_application(token)
    engagement = engagement_of(db.session(), application.id)
    form = AgreementForm()
    if engagement is None or not form.validate():
        return show_page(application, agreement_form=form), form.refusal
    try:
        accept_terms(
            db.session(), engagement, name=form.name.data or "", seen_version=form.version.seen
        )
        db.session.commit()
    except TermsChanged:
        db.session.rollback()
        return show_page(application, agreement_form=form), 409
    except NotOnOffer:
        db.session.rollback()
        if told := why_not_agreed(application, engagement, form.name.data):
            flash(told)
            return redirect(url_for(".status", token=token), 303)
    unavailable = gettext(
        "You have agreed. The payment page can’t be reached right now; try again below."
    )
    return checkout_or_page(token, unavailable)


@portal.get("/applications/<token>/agreement")
def agreement(token: str) -> ResponseReturnValue:
    """What was agreed and what was paid, on one sheet for the client's files. Before the agreement,
    as after a reload of the form's answer, redirect to the page itself."""
    application = open_application(token)
    engagement = engagement_of(db.session(), application.id)
    if engagement is None or not engagement.is_binding:
        return reopen(token)
    return show_agreement(application, engagement)


def why_not_agreed(application: Application, engagement: Engagement, name: str | None) -> str:
    """A sentence on what came before this agreement; "" if nothing has to be said."""
    signer = engagement.accepted_name
    if signer and signer != name:
        return gettext("%(name)s had already agreed. This has changed nothing.", name=signer)
    if application.status == "taken_back":
        return gettext("Our proposal was taken back before you agreed, so nothing is agreed.")
    return ""


@portal.get("/applications/<token>/reply")
def reopen(token: str) -> ResponseReturnValue:
    """Redirect whoever opens the address of the POST, for example after a reload."""
    return redirect(url_for(".status", token=token), 303)
