"""The kind of engagement that a prospect pressed "Apply" for: preselected in its question until
they answer that. It holds for one application; a second one starts without it."""

from flask import session

from app.applications.drafts.kept_draft import KeptDraft
from app.applications.drafts.service import NO_SAVE, last_save
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Question, Step
from app.firm.offers import KINDS

SUGGESTED_KIND = "kind"


def suggest_kind(kind: str | None) -> None:
    """Remember the kind in this browser; unknown kinds are ignored."""
    if kind in KINDS:
        session[SUGGESTED_KIND] = kind


def use_up_suggestion(step: Step) -> None:
    """Forget the suggestion once the step that asks for the kind is saved."""
    if _question_of_kind(step):
        forget_suggestion()


def forget_suggestion() -> None:
    if SUGGESTED_KIND in session:  # popping a missing key would still make Flask resend the cookie
        del session[SUGGESTED_KIND]


def suggested_answers(step: Step, draft: KeptDraft | None) -> Answers:
    """What to preselect on the step's page: nothing once it was saved, even without an answer."""
    kind, question = session.get(SUGGESTED_KIND), _question_of_kind(step)
    if kind is None or question is None or last_save(draft, step) != NO_SAVE:
        return {}
    return {question.key: kind}


def _question_of_kind(step: Step) -> Question | None:
    """The step's question that offers every kind, whatever key the firm gave it."""
    asked = (one for one in step.questions if one.kind == "choice")
    return next((q for q in asked if {*KINDS} <= {option.value for option in q.options}), None)
