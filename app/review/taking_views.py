"""A member of staff takes an application, takes it over from a colleague, or puts it back."""

import uuid
from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts.queries import name_of, staff_names
from app.applications.erasure import AlreadyErased
from app.extensions import csrf
from app.platform.database import db
from app.review import service
from app.review.forms import NoteForm, ReviewersMessageForm, TakingForm
from app.review.pages import after_writing, decision_form, load_application, show_application
from app.review.taking import NothingToTake, TakenMeanwhile

taking = Blueprint("taking", __name__)

OVER = "Nothing was changed: it is no longer waiting for anybody."
# The page that follows says that nobody has it, next to the button.
FREE = "Nothing was changed: it has been put back since."


@taking.post("/staff/applications/<uuid:application_id>/take")
@csrf.exempt  # the form checks the token itself, so that other text on the page survives
@login_required
def take(application_id: uuid.UUID) -> ResponseReturnValue:
    """Take the application from whoever has it according to the page, or say who has it now."""
    seen = TakingForm().holder.data or ""
    return turn(
        application_id,
        lambda: service.take(db.session(), application_id, seen=seen, actor=current_user.actor),
        "You have it now.",
    )


@taking.post("/staff/applications/<uuid:application_id>/put-back")
@csrf.exempt  # as above
@login_required
def put_back(application_id: uuid.UUID) -> ResponseReturnValue:
    """Put the application back."""
    return turn(
        application_id,
        lambda: service.put_back(db.session(), application_id, actor=current_user.actor),
        "You have put it back.",
    )


def turn(application_id: uuid.UUID, act: Callable[[], None], done: str) -> ResponseReturnValue:
    """Take or put back, then return to the page with what was typed there."""
    subject = load_application(application_id)
    form = TakingForm()
    if not form.validate():
        return show_application(subject, decision_form(subject), taking_form=form), form.refusal
    try:
        act()
        db.session.commit()
        told = done
    except TakenMeanwhile as problem:
        db.session.rollback()
        holder = name_of(problem.actor, staff_names(db.session()))
        told = f"Nothing was changed: {holder} has it now." if problem.actor else FREE
    except (NothingToTake, AlreadyErased):
        db.session.rollback()
        told = OVER
    begun_text = ReviewersMessageForm().text.data or NoteForm().note.data
    return after_writing(subject, told, place="taking", begun_text=begun_text)
