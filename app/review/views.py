"""The staff's page of an application, and the decision about it."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.erasure import AlreadyErased
from app.applications.models import Application
from app.applications.page_link import ReplacedMeanwhile, replace_page_link
from app.applications.service import AlreadyDecided, OfferVerdict, Verdict
from app.engagements.events import EngagementAccepted
from app.engagements.queries import engagement_of, events_about
from app.events.types import RecordedEvent
from app.extensions import csrf
from app.notifications.letters.decision import decision_letter
from app.notifications.models import MailMessage
from app.notifications.queries import offers_what_no_longer_holds
from app.notifications.service import send_again
from app.platform.database import db
from app.review import service
from app.review.changes import changes_since
from app.review.fingerprint import fingerprint
from app.review.forms import DecisionForm, LinkForm, NoteForm, ReviewersMessageForm
from app.review.on_its_way import OF_DECISION, OF_LINK, on_its_way
from app.review.pages import (
    EXPIRED,
    decision_form,
    load_application,
    show_application,
    show_preview,
    unread_messages,
)
from app.review.pricing import quote_offered
from app.review.states import application_state, fit
from app.review.timeline import in_words
from app.web.deadline import deadline

review = Blueprint("review", __name__, template_folder="templates")
review.add_app_template_filter(deadline)
review.add_app_template_filter(application_state)
review.add_app_template_filter(fit)

CHANGED = "The application has changed since. Look it over, then decide."
SAME = "That is what is on offer now. Choose another kind or another price."


@review.get("/staff/applications/<uuid:application_id>")
@login_required
def application(application_id: uuid.UUID) -> str:
    subject = load_application(application_id)
    return show_application(subject, decision_form(subject))


@review.post("/staff/applications/<uuid:application_id>/decision")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the text
@login_required
def decide(application_id: uuid.UUID) -> ResponseReturnValue:
    """Preview the mail that the decision sends, or decide once exactly that mail is confirmed."""
    subject = load_application(application_id)
    form = decision_form(subject)
    first = () if subject.is_open else unseen_changes(subject, form)
    if "change" in request.form:
        return show_application(subject, form, overtaken_by=first)
    if not form.validate():
        problem = EXPIRED if form.is_expired else None
        page = show_application(subject, form, problem=problem, overtaken_by=first)
        return page, form.refusal
    verdict = form.decision()
    is_decidable = (subject.is_open or form.offered) and form.fits
    is_late = form.seen_version != subject.version or not is_decidable
    if is_late or unread_messages(subject, form):
        return answer_late_decision(subject, form, verdict)
    return preview_or_record(subject, form, verdict)


@review.get("/staff/applications/<uuid:application_id>/decision")
@review.get("/staff/applications/<uuid:application_id>/messages")
@review.get("/staff/applications/<uuid:application_id>/notes")
@review.get("/staff/applications/<uuid:application_id>/take")
@review.get("/staff/applications/<uuid:application_id>/put-back")
@login_required
def reopen(application_id: uuid.UUID) -> ResponseReturnValue:
    """Redirect whoever opens the address of a POST, for example after a reload."""
    return redirect(url_for(".application", application_id=application_id), 303)


@review.post("/staff/mail/<uuid:mail_id>/resend")
@login_required
def resend_mail(mail_id: uuid.UUID) -> ResponseReturnValue:
    """Retry a mail that the mail server refused."""
    mail = db.session.get(MailMessage, mail_id)
    if mail is None or mail.application_id is None:
        abort(404)
    if offers_what_no_longer_holds(db.session(), mail):
        flash("This mail offers terms that no longer hold. It is not sent again.")
    elif send_again(db.session(), mail_id):
        db.session.commit()
        flash("The mail is queued again.")
    return redirect(url_for(".application", application_id=mail.application_id), 303)


@review.post("/staff/applications/<uuid:application_id>/link")
@login_required
def replace_link(application_id: uuid.UUID) -> ResponseReturnValue:
    """Give the prospect's page a new link, because the old one is in the wrong hands."""
    subject = load_application(application_id)
    seen = LinkForm().seen.data or ""
    try:
        replace_page_link(db.session(), subject.id, seen=seen, actor=current_user.actor)
        db.session.commit()
    except ReplacedMeanwhile:
        db.session.rollback()
    except AlreadyErased:
        db.session.rollback()
        return redirect(url_for(".application", application_id=application_id), 303)
    told = on_its_way(db.session(), subject, OF_LINK, what="The email with the new one")
    flash(f"The old link no longer works. {told}")
    return redirect(url_for(".application", application_id=application_id), 303)


def preview_or_record(
    subject: Application, form: DecisionForm, verdict: Verdict | OfferVerdict
) -> ResponseReturnValue:
    """Preview the mail with a verdict that is in time, or record it if that mail is confirmed."""
    if form.changes_nothing:
        form.price.errors = [SAME]
        return show_application(subject, form), 422
    letter = decision_letter(db.session(), subject, verdict, by=current_user.name)
    if request.form.get("confirmed") != fingerprint(letter):
        return show_preview(
            subject,
            form,
            ReviewersMessageForm(),
            decision=in_words(verdict),
            letter=letter,
            quote=quote_offered(verdict, form.prices, form.card),
        )
    try:
        record(subject, form, verdict)
        db.session.commit()
    except (AlreadyDecided, service.UnreadMessages):
        db.session.rollback()
        return answer_late_decision(subject, form, verdict)
    told = on_its_way(db.session(), subject, OF_DECISION, what="The mail")
    flash(f"{in_words(verdict)}. {told}")
    return after_decision(subject)


def record(subject: Application, form: DecisionForm, verdict: Verdict | OfferVerdict) -> None:
    """Decide. Raises AlreadyDecided and UnreadMessages."""
    seen = {"seen_version": subject.version, "seen_entries": form.seen_entries}
    if isinstance(verdict, OfferVerdict):
        service.change_offer(db.session(), subject.id, verdict, **seen, actor=current_user.actor)
    else:
        service.decide(db.session(), subject.id, verdict, **seen, actor=current_user.actor)


def after_decision(subject: Application) -> ResponseReturnValue:
    """Return to the application's page, with what was typed besides the decision, if anything."""
    if ReviewersMessageForm().text.data or NoteForm().note.data:
        return show_application(subject, decision_form(subject, empty=True))
    return redirect(url_for(".application", application_id=subject.id), 303)


def answer_late_decision(
    subject: Application, form: DecisionForm, verdict: Verdict | OfferVerdict
) -> ResponseReturnValue:
    """Somebody was first, or has written: show that, and keep the text. The reviewer's own double
    click is not a conflict."""
    db.session.refresh(subject)
    changes = unseen_changes(subject, form)
    if is_repeat(verdict, changes):
        return after_decision(subject)
    written = unread_messages(subject, form)
    form = decision_form(subject)  # there may be something else to decide now
    form.version.data = str(subject.version)
    problem = None if changes or written else CHANGED
    page = show_application(subject, form, problem=problem, overtaken_by=changes, unread=written)
    return page, 409


def is_repeat(verdict: Verdict | OfferVerdict, changes: Sequence[RecordedEvent]) -> bool:
    """Whether the reviewer has given the verdict already, and no later one has replaced it."""
    if not changes or any(isinstance(one.data, OfferVerdict) for one in changes[1:]):
        return False
    return changes[0].data == verdict and changes[0].metadata.actor == current_user.actor


def unseen_changes(subject: Application, form: DecisionForm) -> Sequence[RecordedEvent]:
    """What has changed the application since the reviewer opened the form, and the client's
    agreement, after which there is no form."""
    session = db.session()
    events = events_about(session, subject, engagement_of(session, subject.id))
    agreed = [one for one in events if isinstance(one.data, EngagementAccepted)]
    return [*changes_since(events, form.seen_version), *agreed]
