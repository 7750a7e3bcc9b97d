"""Autosave: the step is kept while somebody types. htmx puts each answer into a fixed place.

The script beside it, app/static/js/autosave.js, hears what happened by the event in HX-Trigger.
"""

import json

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import TooManyRequests

from app.applications.drafts.browser_draft import current_draft
from app.applications.drafts.keeping import keep
from app.applications.drafts.pages import other_answers, posted_form
from app.applications.drafts.service import DraftSealed, NotThisDraft, StepChanged
from app.extensions import csrf

autosave = Blueprint("autosave", __name__)


@autosave.post("/apply/<key>/autosave")
@csrf.exempt  # the form checks the token itself, so that an expired one can be replaced
def save(key: str) -> ResponseReturnValue:
    """Keep the step's answers, and say no more than that: what is wrong is told at the button."""
    draft = current_draft()
    form = posted_form(key, draft)
    accepted = form.validate()
    if form.is_expired:
        return answer("expired", 400)
    saved = keep(form, draft, accepted=accepted)
    # One word, in nearly every answer: not worth a template.
    return gettext("Saved"), told("saved", save=form.seen_saves.data, draft=str(saved.id))


@autosave.errorhandler(StepChanged)
@autosave.errorhandler(NotThisDraft)
def answer_changed(_: Exception) -> ResponseReturnValue:
    draft = current_draft()
    form = posted_form((request.view_args or {})["key"], draft)
    fragment = render_template(
        "applications/_autosaved.html",
        outcome="conflict",
        step=form.step,
        other=other_answers(draft, form),
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
