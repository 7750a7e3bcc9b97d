"""The outlook as a page, and as the part of it that the review shows."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.applications.drafts.browser_draft import current_draft
from app.applications.drafts.pages import open_step
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.engagements.rate_card import current_rate_card
from app.firm.offers import current_offers
from app.outlook.outlook import outlook_on
from app.scoring.rubric import current_rubric
from app.web.htmx import wants_part

outlook = Blueprint("outlook", __name__, template_folder="templates")


@outlook.get("/apply/outlook")
def page() -> ResponseReturnValue:
    """The outlook on this browser's answers; redirects to an unfinished draft's next step."""
    draft, is_part = current_draft(), wants_part()
    if draft is None or draft.submitted_at or open_step(draft).key != STEP_KEYS[-1]:
        if is_part:  # htmx would follow a redirect and put a whole page in the part's place
            return "", 204
        return redirect(url_for("application_form.step", key=STEP_KEYS[-1]), 303)
    questionnaire, offers = current_questionnaire(), current_offers()
    return render_template(
        "outlook/_outlook.html" if is_part else "outlook/page.html",
        outlook=outlook_on(
            questionnaire.answers_to_asked(draft.answers),
            questionnaire,
            current_rubric(),
            current_rate_card(),
            offers,
        ),
        offers=offers,
    )
