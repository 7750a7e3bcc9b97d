"""A member of staff writes to a prospect, after previewing the mail."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.erasure import AlreadyErased
from app.applications.models import Application
from app.events.types import RecordedEvent
from app.extensions import csrf
from app.notifications.letters.to_prospect import message_from_staff
from app.platform.database import db
from app.review import service
from app.review.fingerprint import fingerprint
from app.review.forms import NoteForm, ReviewersMessageForm
from app.review.on_its_way import OF_MESSAGE, on_its_way
from app.review.pages import (
    EXPIRED,
    after_writing,
    decision_form,
    load_application,
    show_application,
    show_preview,
    unread_messages,
)

staff_messages = Blueprint("staff_messages", __name__, template_folder="templates")


@staff_messages.post("/staff/applications/<uuid:application_id>/messages")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the text
@login_required
def write(application_id: uuid.UUID) -> ResponseReturnValue:
    """Preview the mail with the message, or send it once exactly that mail is confirmed."""
    subject = load_application(application_id)
    form = ReviewersMessageForm()
    if "change" in request.form:
        return show_message(subject, form)
    if not form.validate():
        problem = EXPIRED if form.is_expired else None
        return show_message(subject, form, problem=problem), form.refusal
    if unread_messages(subject, form):
        return refuse_unread(subject, form)
    text = form.text.data or ""
    letter = message_from_staff(subject, text, by=current_user.name)
    if request.form.get("confirmed") != fingerprint(letter) and subject.erased_at is None:
        beside = decision_form(subject)
        return show_preview(subject, form, beside, decision="None, a message only", letter=letter)
    try:
        service.write(
            db.session(),
            subject.id,
            text,
            form_id=form.form_id.data or "",
            seen_entries=form.seen_entries,
            actor=current_user.actor,
        )
        db.session.commit()
        told = on_its_way(db.session(), subject, OF_MESSAGE, what="The message")
    except service.UnreadMessages:
        db.session.rollback()
        return refuse_unread(subject, form)
    except AlreadyErased:
        db.session.rollback()
        told = "Nothing was sent: the prospect’s data have been erased."
    return after_writing(
        subject,
        told,
        place="conversation",
        begun_text=NoteForm().note.data,
        message_form=ReviewersMessageForm(formdata=None),
    )


def show_message(
    subject: Application,
    form: ReviewersMessageForm,
    *,
    problem: str | None = None,
    unread: Sequence[RecordedEvent] = (),
) -> str:
    """The application's page with the message that is being written."""
    decision = decision_form(subject)
    return show_application(
        subject, decision, message_form=form, message_problem=problem, unread=unread
    )


def refuse_unread(subject: Application, form: ReviewersMessageForm) -> ResponseReturnValue:
    """Show what others have written since, and keep the text for the next press."""
    return show_message(subject, form, unread=unread_messages(subject, form)), 409
