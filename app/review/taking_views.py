"""A member of staff takes an application, takes it over from a colleague, or puts it back."""

import uuid
from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.accounts.queries import name_of, staff_names
from app.applications.erasure import AlreadyErased
from app.database import db
from app.extensions import csrf
from app.review import service
from app.review.forms import NoteForm, ReviewersMessageForm, TakingForm
from app.review.pages import after_writing, decision_form, load, show_application
from app.review.taking import NothingToTake, TakenMeanwhile

taking = Blueprint("taking", __name__)

OVER = "Nothing was changed: it waits for nobody any more."
# Where nobody has it any more, the page that follows says so beside the button.
FREE = "Nothing was changed: it was put back meanwhile."


@taking.post("/staff/applications/<uuid:application_id>/take")
@csrf.exempt  # the form checks the token itself, so that an expired one keeps what is typed beside
@login_required
def take(application_id: uuid.UUID) -> ResponseReturnValue:
    """Take it, from whom the page has shown to have it; where that is another by now, say who."""
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
    """Have it no more."""
    return turn(
        application_id,
        lambda: service.put_back(db.session(), application_id, actor=current_user.actor),
        "You have put it back.",
    )


def turn(application_id: uuid.UUID, act: Callable[[], None], done: str) -> ResponseReturnValue:
    """Do it, and go back to the page with what is typed there."""
    subject = load(application_id)
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
        told = f"Nothing was changed: {holder} has it by now." if problem.actor else FREE
    except (NothingToTake, AlreadyErased):
        db.session.rollback()
        told = OVER
    beside = ReviewersMessageForm().text.data or NoteForm().note.data
    return after_writing(subject, told, place="taking", beside=beside)
