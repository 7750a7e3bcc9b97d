"""The staff's pages: the queue, one application and the decision about it."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from msgspec.structs import asdict

from app.applications.erasure import AlreadyErased
from app.applications.models import Application
from app.applications.page_link import replace_page_link
from app.applications.promise import open_promise
from app.applications.queries import find_application, questionnaire_of
from app.applications.service import AlreadyDecided, Verdict, decide_application
from app.applications.similar import similar_applications
from app.attachments.queries import attachments_of
from app.chat.queries import chat_about
from app.database import db
from app.engagements.queries import engagement_of, events_about, streams_about
from app.engagements.rate_card import current_rate_card
from app.events.dead_letters import dead_letters_in
from app.events.lag import lag_of
from app.events.types import RecordedEvent
from app.extensions import csrf
from app.firm.brand import current_brand
from app.firm.offers import current_offers
from app.messages.forms import MessageForm
from app.messages.queries import thread_of
from app.notifications import letters
from app.notifications.models import MailMessage
from app.notifications.queries import mail_about
from app.notifications.service import send_again
from app.review.cursor import read_cursor, write_cursor
from app.review.figures import queue_figures
from app.review.forms import DecisionForm, QueueForm
from app.review.queue import queue_page
from app.review.queue_table import keep_rows
from app.review.reading import sections_of
from app.review.service import changes_since, fingerprint, price_kinds
from app.review.states import application_state
from app.review.subscribers import list_application
from app.review.timeline import entry_of, in_words, people_of, timeline_of
from app.scoring.queries import score_of
from app.scoring.rubric import current_rubric
from app.screening.disposable import is_disposable
from app.screening.rules import current_rules

review = Blueprint("review", __name__, template_folder="templates")
review.add_app_template_filter(write_cursor, "cursor")
review.add_app_template_filter(application_state)

EXPIRED = "This page was open for too long. Your text is kept; send it once more."
CHANGED = "The application has changed since. Look it over, then decide."


@review.get("/staff/")
@login_required
def queue() -> str:
    offers, rubric = current_offers(), current_rubric()
    form = QueueForm(offers, rubric, formdata=request.args)
    filters = form.filters()
    chosen = {name: value for name, value in asdict(filters).items() if value}
    cursor = read_cursor(request.args.get("cursor", ""))
    return render_template(
        "review/queue.html",
        form=form,
        filters=filters,
        chosen=chosen,
        is_narrowed=bool(filters.search or filters.kind or filters.band),
        offers=offers,
        bands=rubric.bands,
        page=queue_page(db.session(), filters, cursor),
        figures=queue_figures(db.session()),
        currency=current_rate_card().currency,
        rules=current_rules(),
        lag=lag_of(db.session(), list_application),
    )


@review.get("/staff/applications/<uuid:application_id>")
@login_required
def application(application_id: uuid.UUID) -> str:
    subject = load(application_id)
    return show_application(subject, decision_form(subject, empty=True))


@review.post("/staff/applications/<uuid:application_id>/decision")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the text
@login_required
def decide(application_id: uuid.UUID) -> ResponseReturnValue:
    """Show the mail that a decision sends; with that very mail confirmed, decide."""
    subject = load(application_id)
    form = decision_form(subject)
    if "change" in request.form:
        return show_application(subject, form)
    if not form.validate():
        expired = EXPIRED if "csrf_token" in form.errors else None
        return show_application(subject, form, problem=expired), 400 if expired else 422
    verdict = form.decision()
    if form.seen_version != subject.version or not subject.is_open:
        return answer_late_decision(subject, form, verdict)
    letter = letters.decision(subject, verdict)
    seen = fingerprint(letter)
    if request.form.get("confirmed") != seen:
        return render_template(
            "review/preview.html",
            application=subject,
            form=form,
            what=in_words(verdict),
            letter=letter,
            seen=seen,
        )
    try:
        decide_application(
            db.session(),
            subject.id,
            verdict,
            seen_version=subject.version,
            actor=current_user.actor,
        )
        # The subscriber may be behind; who has decided finds it in the queue at once.
        keep_rows(db.session(), [subject.id])
        db.session.commit()
    except AlreadyDecided:
        db.session.rollback()
        return answer_late_decision(subject, form, verdict)
    flash("Decided. The mail is on its way.")
    return redirect(url_for(".application", application_id=application_id), 303)


@review.post("/staff/mail/<uuid:mail_id>/resend")
@login_required
def resend_mail(mail_id: uuid.UUID) -> ResponseReturnValue:
    """Try a mail again that the mail server has refused."""
    mail = db.session.get(MailMessage, mail_id)
    if mail is None or mail.application_id is None:
        abort(404)
    if send_again(db.session(), mail_id):
        db.session.commit()
        flash("The mail is queued again.")
    return redirect(url_for(".application", application_id=mail.application_id), 303)


@review.post("/staff/applications/<uuid:application_id>/link")
@login_required
def replace_link(application_id: uuid.UUID) -> ResponseReturnValue:
    """Give the prospect's page a new link, since the old one is in the wrong hands."""
    subject = load(application_id)
    try:
        replace_page_link(db.session(), subject.id, actor=current_user.actor)
        db.session.commit()
        flash("The old link opens nothing any more. A mail brings the new one.")
    except AlreadyErased:
        db.session.rollback()
    return redirect(url_for(".application", application_id=application_id), 303)


def load(application_id: uuid.UUID) -> Application:
    subject = find_application(db.session(), application_id)
    if subject is None:
        abort(404)
    return subject


def decision_form(subject: Application, *, empty: bool = False) -> DecisionForm:
    """The form as it was sent, or an empty one with the engagement proposed as its default."""
    engagement = engagement_of(db.session(), subject.id)
    score = score_of(db.session(), subject.id)
    kind = engagement.kind if engagement else score.recommended_kind if score else None
    card = current_rate_card()
    return DecisionForm(
        price_kinds(subject, engagement, card),
        card.currency,
        current_offers(),
        data={"kind": kind, "version": subject.version},
        **({"formdata": None} if empty else {}),
    )


def answer_late_decision(
    subject: Application, form: DecisionForm, verdict: Verdict
) -> ResponseReturnValue:
    """Somebody was first: say who, and keep the text. One's own second click is no conflict."""
    db.session.refresh(subject)
    changes = changes_since(db.session(), subject.id, form.seen_version)
    if changes and changes[0].data == verdict and changes[0].metadata.actor == current_user.actor:
        return redirect(url_for(".application", application_id=subject.id), 303)
    form.version.data = str(subject.version)
    problem = None if changes else CHANGED
    return show_application(subject, form, problem=problem, overtaken_by=changes), 409


def show_application(
    subject: Application,
    form: DecisionForm,
    *,
    problem: str | None = None,
    overtaken_by: Sequence[RecordedEvent] = (),
    message_form: MessageForm | None = None,
    message_problem: str | None = None,
) -> str:
    session = db.session()
    engagement = engagement_of(session, subject.id)
    events = events_about(session, subject, engagement)
    people = people_of(session, subject)
    changes = changes_since(session, subject.id, 1)
    return render_template(
        "review/application.html",
        application=subject,
        files=attachments_of(session, subject.draft_id),
        sections=sections_of(subject.answers, questionnaire_of(session, subject.questions_version)),
        score=score_of(session, subject.id),
        engagement=engagement,
        dead_letters=dead_letters_in(session, streams_about(subject, engagement)),
        promise=open_promise(session, events),
        offers=current_offers(),
        reasons_held=current_rules().sentences(subject.signals),
        is_disposable=is_disposable(subject.email),
        similar=similar_applications(session, subject),
        entries=timeline_of(session, subject, engagement),
        thread=thread_of(session, events, people, firm=current_brand().name),
        message_form=message_form or MessageForm(formdata=None),
        message_problem=message_problem,
        mail=mail_about(session, subject.id),
        chat=chat_about(session, subject.id),
        form=form,
        decision=None if subject.is_open else entry_of(changes[-1], people),
        problem=problem,
        overtaken_by=[entry_of(recorded, people) for recorded in overtaken_by],
    )
