"""The kind of engagement that a prospect pressed "Apply" for: it is chosen at its question, until
they have answered there. It is for one application; a second one begins without."""

from flask import session

from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import NO_SAVE, last_save
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Question, Step
from app.firm.offers import KINDS

SUGGESTED_KIND = "kind"


def suggest_kind(kind: str | None) -> None:
    """Remember it in this browser; what is no kind is passed over."""
    if kind in KINDS:
        session[SUGGESTED_KIND] = kind


def use_up_suggestion(step: Step) -> None:
    """Forget it once the step is saved that asks for it."""
    if _question_of_kind(step):
        forget_suggestion()


def forget_suggestion() -> None:
    if SUGGESTED_KIND in session:  # to take out what is not there has Flask send the cookie anew
        del session[SUGGESTED_KIND]


def suggested_answers(step: Step, draft: KeptDraft | None) -> Answers:
    """What to choose on the step's page: nothing once it was saved, be it without an answer."""
    kind, question = session.get(SUGGESTED_KIND), _question_of_kind(step)
    if kind is None or question is None or last_save(draft, step) != NO_SAVE:
        return {}
    return {question.key: kind}


def _question_of_kind(step: Step) -> Question | None:
    """The one of the step that offers every kind, whatever the firm has called it."""
    asked = (one for one in step.questions if one.kind == "choice")
    return next((q for q in asked if {*KINDS} <= {option.value for option in q.options}), None)
