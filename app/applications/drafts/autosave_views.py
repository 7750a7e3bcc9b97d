"""Autosave: the step is saved while somebody types. htmx puts each response into a fixed place.

Its script, app/static/js/autosave.js, learns the outcome from the event in HX-Trigger.
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
from app.applications.drafts.progress import is_answered
from app.applications.drafts.sent_step import read_step
from app.applications.drafts.service import DraftSealed, NotThisDraft, StepChanged

autosave = Blueprint("autosave", __name__)


@autosave.post("/apply/<key>/autosave")
def save(key: str) -> ResponseReturnValue:
    """Save the step's answers without reporting their errors: a button's press does that."""
    sent = read_step(find_step(key))
    kept = keep(sent, accepted=is_answered(sent.step, sent.answers))
    outcome = outcome_headers("saved", save=kept.last_save, draft=str(kept.draft_id))
    # Nearly every response is this one word, so it does without a template and a page's extras.
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
    return fragment, 409, {**outcome_headers("conflict"), "HX-Retarget": "#autosave-notice"}


@autosave.errorhandler(DraftSealed)
def answer_sealed(_: DraftSealed) -> ResponseReturnValue:
    return answer("sealed", 409)


@autosave.errorhandler(TooManyRequests)
def answer_too_many(_: TooManyRequests) -> ResponseReturnValue:
    return answer("refused", 429)


def answer(outcome: str, status: int) -> ResponseReturnValue:
    """Tell the prospect in a sentence why nothing was saved, and the script the outcome."""
    fragment = render_template("applications/_autosaved.html", outcome=outcome)
    return fragment, status, outcome_headers(outcome)


def outcome_headers(outcome: str, **about: str | None) -> dict[str, str]:
    return {"HX-Trigger": json.dumps({f"autosave:{outcome}": about})}
