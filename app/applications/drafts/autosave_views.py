"""Autosave: the step is kept while somebody types. htmx puts each answer into a fixed place.

The script beside it, app/static/js/autosave.js, hears what happened by the event in HX-Trigger.
"""

import json

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import TooManyRequests

from app.applications.drafts.browser_draft import current_draft
from app.applications.drafts.keeping import keep
from app.applications.drafts.pages import find_step, other_answers
from app.applications.drafts.sent_step import read_step
from app.applications.drafts.service import DraftSealed, NotThisDraft, StepChanged, last_save
from app.database import plain_connection

autosave = Blueprint("autosave", __name__)


@autosave.post("/apply/<key>/autosave")
def save(key: str) -> ResponseReturnValue:
    """Keep the step's answers, and say no more than that: what is wrong is told at the button."""
    sent = read_step(find_step(key))
    with plain_connection():  # one, for what is read of the draft and what is stored
        saved = keep(sent, current_draft())
    outcome = told("saved", save=last_save(saved, sent.step), draft=str(saved.id))
    # One word, in nearly every answer: not worth a template, nor what goes out with a page.
    return Response(gettext("Saved"), headers=outcome, mimetype="text/plain")


@autosave.errorhandler(CSRFError)
def answer_expired(_: CSRFError) -> ResponseReturnValue:
    return answer("expired", 400)


@autosave.errorhandler(StepChanged)
@autosave.errorhandler(NotThisDraft)
def answer_changed(_: Exception) -> ResponseReturnValue:
    sent = read_step(find_step((request.view_args or {})["key"]))
    other = other_answers(current_draft(), sent)
    fragment = render_template(
        "applications/_autosaved.html", outcome="conflict", step=sent.step, other=other
    )
    return fragment, 409, {**told("conflict"), "HX-Retarget": "#autosave-notice"}


@autosave.errorhandler(DraftSealed)
def answer_sealed(_: DraftSealed) -> ResponseReturnValue:
    return answer("sealed", 409)


@autosave.errorhandler(TooManyRequests)
def answer_too_many(_: TooManyRequests) -> ResponseReturnValue:
    return answer("refused", 429)


def answer(outcome: str, status: int) -> ResponseReturnValue:
    """A sentence for the prospect on why nothing was saved, and the outcome for the script."""
    fragment = render_template("applications/_autosaved.html", outcome=outcome)
    return fragment, status, told(outcome)


def told(outcome: str, **about: str | None) -> dict[str, str]:
    return {"HX-Trigger": json.dumps({f"autosave:{outcome}": about})}
