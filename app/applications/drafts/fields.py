"""Turns a question, which is data, into a form field with its checks and error messages."""

from collections.abc import Callable, Sequence

from wtforms import (
    EmailField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import StopValidation

from app.applications.questions.questionnaire import Question
from app.web.fields import CheckboxesField, as_web_address, trimmed, trimmed_lines


def asked(question: Question) -> Callable[[Form, Field], None]:
    """A validator that skips the checks after it if the other answers don't lead to the
    question."""

    def check(form: Form, _: Field) -> None:
        if not form.asks(question):
            raise StopValidation

    return check


def accepted_by(question: Question) -> Callable[[Form, Field], None]:
    """A validator for what the question's own data requires."""

    def check(form: Form, field: Field) -> None:
        problem = question.problem_with(field.data)
        if problem:
            raise StopValidation(problem)
        if not field.data:
            raise StopValidation

    return check


def filters_of(question: Question) -> Sequence[Callable[[str | None], str | None]]:
    """The filters that a typed answer to the question passes through."""
    if question.options:
        return ()
    if question.kind == "long_text":
        return (trimmed_lines,)
    return (trimmed, as_web_address) if question.kind == "url" else (trimmed,)


def field_for(question: Question) -> Field:
    """An unbound WTForms field for the question."""
    about = {"label": question.label, "description": question.hint}
    checks = [asked(question), accepted_by(question)]
    if question.kind in {"choice", "choices"}:
        chooser = RadioField if question.kind == "choice" else CheckboxesField
        options = [SelectChoice(option.value, option.label) for option in question.options]
        # The question's own message for an unknown value is better than WTForms'.
        return chooser(choices=options, validate_choice=False, validators=checks, **about)
    attributes = {"autocomplete": question.autocomplete} if question.autocomplete else {}
    if question.kind == "email":
        attributes |= {"autocapitalize": "off", "spellcheck": "false"}
    field = {"email": EmailField, "url": URLField, "long_text": TextAreaField}.get(
        question.kind, StringField
    )
    return field(validators=checks, filters=filters_of(question), render_kw=attributes, **about)
