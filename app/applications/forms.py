"""The forms of the application, one for each step, made from the questions."""

from functools import cache

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from app.applications.fields import field_for
from app.applications.questions import Answers, Step

STORED_AT_MOST = 20_000
CSRF_EXPIRED = "This page was open for too long. Nothing is lost: press the button once more."


class StepForm(FlaskForm):
    """What each step's form can do besides checking."""

    step: Step

    def question_fields(self) -> list[tuple[Field, str]]:
        """The fields in their order, each with the reason why it is asked."""
        return [(self[question.key], question.reason) for question in self.step.questions]

    def answers(self) -> Answers:
        """What was typed or chosen, without what is empty: to be stored whether accepted or not."""
        given = {question.key: self[question.key].data for question in self.step.questions}
        return {key: _storable(value) for key, value in given.items() if value}


@cache
def form_for(step: Step) -> type[StepForm]:
    """The form class of a step."""
    fields = {question.key: field_for(question) for question in step.questions}
    return type(f"{step.key.title()}Form", (StepForm,), {"step": step, **fields})


@cache
def review_form_for(step: Step) -> type[StepForm]:
    """The last step's form, which also says which state of the draft the prospect looked over."""
    return type("SubmitForm", (form_for(step),), {"draft_version": HiddenField()})


def _storable(value: str | list[str]) -> str | list[str]:
    if isinstance(value, list):
        return value
    # Postgres keeps neither NUL nor half of a surrogate pair; the field's own error names them.
    cleaned = value.replace("\x00", "").encode("utf-8", "replace").decode()
    return cleaned[:STORED_AT_MOST]
