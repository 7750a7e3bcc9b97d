"""The kind of engagement that a prospect pressed "Apply" for: it is chosen at its question, until
they have answered there."""

from flask import session

from app.applications.drafts.service import NO_SAVE, last_save
from app.applications.models import Draft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Step
from app.firm.offers import KINDS

SUGGESTED_KIND = "kind"
QUESTION = "preferred_kind"


def suggest_kind(kind: str | None) -> None:
    """Remember it in this browser; what is no kind is passed over."""
    if kind in KINDS:
        session[SUGGESTED_KIND] = kind


def suggested_answers(step: Step, draft: Draft | None) -> Answers:
    """What to choose on the step's page: nothing once it was saved, be it without an answer."""
    kind = session.get(SUGGESTED_KIND)
    asked = QUESTION in {question.key for question in step.questions}
    if kind is None or not asked or last_save(draft, step) != NO_SAVE:
        return {}
    return {QUESTION: kind}
