"""A member of staff notes something about an application for their colleagues."""

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.erasure import AlreadyErased
from app.applications.models import Application
from app.database import db
from app.extensions import csrf
from app.review import service
from app.review.forms import NoteForm, ReviewersMessageForm
from app.review.pages import decision_form, load, show_application

staff_notes = Blueprint("staff_notes", __name__)


@staff_notes.post("/staff/applications/<uuid:application_id>/notes")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the text
@login_required
def note(application_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the note. A second click is no second note."""
    subject = load(application_id)
    form = NoteForm()
    if not form.validate():
        return show_application(subject, decision_form(subject), note_form=form), form.refusal
    try:
        service.note(
            db.session(),
            subject.id,
            form.note.data or "",
            form_id=form.form_id.data or "",
            actor=current_user.actor,
        )
        db.session.commit()
        told = "The note is kept."
    except AlreadyErased:
        db.session.rollback()
        told = "Nothing was noted: the prospect's data have been erased."
    return after_note(subject, told)


def after_note(subject: Application, told: str) -> ResponseReturnValue:
    """On to the notes, which tell what has been done; where a decision or a message was begun, to
    the whole page with it."""
    decision = decision_form(subject)
    if decision.is_begun or ReviewersMessageForm().text.data:
        flash(told)
        return show_application(subject, decision, note_form=NoteForm(formdata=None))
    flash(told, "notes")
    there = url_for("review.application", application_id=subject.id, _anchor="notes")
    return redirect(there, 303)
