"""The staff's page of an application, as several views show it, with the forms posted to them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.applications.models import Application
from app.applications.page_link import link_name
from app.applications.promise import open_promise
from app.applications.queries import find_application
from app.applications.questions.versions import questionnaire_of
from app.applications.similar import similar_applications
from app.attachments.queries import attachments_of
from app.chat.queries import chat_about
from app.engagements.events import EngagementOffered
from app.engagements.models import Engagement
from app.engagements.pricing import Quote
from app.engagements.queries import (
    engagement_of,
    events_about,
    streams_about,
    terms_on_offer,
)
from app.engagements.rate_card import current_rate_card
from app.events.delivery.dead_letters import dead_letters_in
from app.events.types import RecordedEvent
from app.firm.brand import current_brand
from app.firm.offers import current_offers
from app.messages.queries import NOTED, SAID_OR_NOTED, entries_of, thread_of, written_since
from app.notifications.letters.letter import Letter
from app.notifications.queries import mail_about
from app.payments.queries import deposit_panel
from app.platform.database import db
from app.review.changes import last_change
from app.review.fingerprint import fingerprint
from app.review.forms import (
    AnsweringForm,
    DecisionForm,
    LinkForm,
    NoteForm,
    ReviewersMessageForm,
    TakingForm,
)
from app.review.pricing import price_kinds
from app.review.queue.queries import next_to_decide
from app.review.reading import sections_of
from app.review.taking import holder_by, taking_of
from app.review.timeline import entry_of, people_of, timeline_of
from app.scoring.queries import score_of
from app.screening.disposable import is_disposable
from app.screening.rules import current_rules

EXPIRED = "This page was open for too long. Your text is kept; send it once more."


def load_application(application_id: uuid.UUID) -> Application:
    """The application; 404 for an unknown id."""
    subject = find_application(db.session(), application_id)
    if subject is None:
        abort(404)
    return subject


def decision_form(subject: Application, *, empty: bool = False) -> DecisionForm:
    """The form as posted; if none was posted, or with ``empty``, a new one that has only the kind
    chosen that is offered or proposed."""
    engagement = engagement_of(db.session(), subject.id)
    score = score_of(db.session(), subject.id)
    offered = terms_on_offer(db.session(), subject)
    known = offered or engagement
    kind = known.kind if known else score.recommended_kind if score else None
    card = current_rate_card()
    return DecisionForm(
        price_kinds(subject, engagement, card),
        card,
        current_offers(),
        offered,
        data={"kind": kind, "version": str(subject.version)},
        **({"formdata": None} if empty else {}),
    )


def unread_messages(subject: Application, form: AnsweringForm) -> Sequence[RecordedEvent]:
    """What others have written since the form's page showed the conversation."""
    reviewer = current_user.actor
    return written_since(db.session(), subject.id, form.seen_entries, besides=reviewer)


def after_writing(
    subject: Application, told: str, *, place: str, begun_text: str | None, **cleared_forms: Any
) -> ResponseReturnValue:
    """Redirect to the ``place`` on the page where something was written, with the message ``told``.
    If a decision or another text (``begun_text``) was begun, show the whole page with that instead,
    and with the form that was used cleared (``cleared_forms``)."""
    decision = decision_form(subject)
    if decision.is_begun or begun_text:
        flash(told)
        return show_application(subject, decision, **cleared_forms)
    flash(told, place)
    there = url_for("review.application", application_id=subject.id, _anchor=place)
    return redirect(there, 303)


def show_application(
    subject: Application,
    form: DecisionForm,
    *,
    problem: str | None = None,
    overtaken_by: Sequence[RecordedEvent] = (),
    unread: Sequence[RecordedEvent] = (),
    message_form: ReviewersMessageForm | None = None,
    message_problem: str | None = None,
    note_form: NoteForm | None = None,
    taking_form: TakingForm | None = None,
) -> str:
    session = db.session()
    engagement = engagement_of(session, subject.id)
    events, people = events_about(session, subject, engagement), people_of(session, subject)
    taking = taking_of(events) if subject.is_undecided else None
    record = record_of(subject, engagement)
    return render_template(
        "review/application.html",
        application=subject,
        **record,
        was_offered=any(isinstance(one.data, EngagementOffered) for one in events),
        promise=open_promise(session, events),
        entries=timeline_of(events, people, record["deposit"]),
        **conversation_of(events, people, form, unread),
        message_form=message_form or ReviewersMessageForm(),
        message_problem=message_problem,
        note_form=note_form or NoteForm(),
        taking=taking and entry_of(taking, people),
        holder=holder_by(taking),
        taking_form=taking_form,
        expired=EXPIRED,
        form=form,
        decision=None if subject.is_open else entry_of(last_change(events), people),
        problem=problem,
        overtaken_by=[entry_of(recorded, people) for recorded in overtaken_by],
    )


def record_of(subject: Application, engagement: Engagement | None) -> dict[str, Any]:
    """What the page shows of the application, independent of its forms: what was sent, how it was
    judged, what else is worth knowing, and which mail went out about it."""
    session = db.session()
    questionnaire = questionnaire_of(session, subject.questions_version)
    return {
        "files": attachments_of(session, subject.draft_id),
        "sections": sections_of(subject.answers, questionnaire),
        "score": score_of(session, subject.id),
        "engagement": engagement,
        "deposit": deposit_panel(session, engagement) if engagement else None,
        "dead_letters": dead_letters_in(session, streams_about(subject, engagement)),
        "following": next_to_decide(session, subject.id, reviewer=current_user.actor),
        "offers": current_offers(),
        "reasons_held": current_rules().sentences(subject.signals),
        "is_disposable": is_disposable(subject.email),
        "similar": similar_applications(session, subject),
        "mail": mail_about(session, subject.id),
        "chat": chat_about(session, subject.id),
        "link_form": LinkForm(formdata=None, data={"seen": link_name(subject)}),
    }


def conversation_of(
    events: Sequence[RecordedEvent],
    people: Mapping[str, str],
    form: DecisionForm,
    unread: Sequence[RecordedEvent],
) -> dict[str, Any]:
    """The conversation and the notes for the page, and how many of their entries count as seen from
    now on. Entries that came after the form was opened stay unseen until a page points them out."""
    firm = current_brand().name
    thread = thread_of(db.session(), events, people, firm=firm)
    notes = entries_of(events, people, firm=firm, said=NOTED)
    whole = len(thread.entries) + len(notes)
    return {
        "thread": thread,
        "notes": notes,
        "unread": entries_of(unread, people, firm=firm, said=SAID_OR_NOTED),
        "seen": whole if unread else form.seen.data or whole,
    }


def show_preview(
    subject: Application,
    form: AnsweringForm,
    beside: AnsweringForm,
    *,
    decision: str,
    letter: Letter,
    quote: Quote | None = None,
) -> str:
    """Preview the mail that a form sends, with the price lines that the prospect will see if it is
    an offer. ``beside`` is the other form on the page; what was typed there and into the note is
    carried along."""
    forms = (form, beside, NoteForm())
    fields = [field for one in forms for field in one if field.name != "csrf_token"]
    return render_template(
        "review/preview.html",
        application=subject,
        form=form,
        typed={field.name: field.data for field in fields if field.data},
        decision=decision,
        letter=letter,
        quote=quote,
        seen=fingerprint(letter),
    )
