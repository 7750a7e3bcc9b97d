"""A member of staff writes a note about an application for their colleagues."""

import uuid

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.applications.erasure import AlreadyErased
from app.extensions import csrf
from app.platform.database import db
from app.review import service
from app.review.forms import NoteForm, ReviewersMessageForm
from app.review.pages import after_writing, decision_form, load_application, show_application

staff_notes = Blueprint("staff_notes", __name__)


@staff_notes.post("/staff/applications/<uuid:application_id>/notes")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps the text
@login_required
def note(application_id: uuid.UUID) -> ResponseReturnValue:
    """Store the note. A double click stores it once."""
    subject = load_application(application_id)
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
        told = "The note is saved."
    except AlreadyErased:
        db.session.rollback()
        told = "Nothing was noted: the prospect’s data have been erased."
    return after_writing(
        subject,
        told,
        place="notes",
        begun_text=ReviewersMessageForm().text.data,
        note_form=NoteForm(formdata=None),
    )
