"""From a question, as data, to a form field with its checks and the words for what is wrong."""

from collections.abc import Callable

from wtforms import (
    EmailField,
    Field,
    Form,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.applications.questions.questionnaire import Question
from app.applications.questions.spelling import problem_with_text


class CheckboxesField(SelectMultipleField):
    """Any number of the options, each with a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def trimmed(value: str | None) -> str | None:
    """Without white space at the ends, and with one kind of line break."""
    return value.replace("\r\n", "\n").strip() if value else value


def storable(form: Form, field: Field) -> None:
    """Refuse what can't be stored, or shown."""
    problem = problem_with_text(field.data or "", has_lines=isinstance(field, TextAreaField))
    if problem:
        raise StopValidation(problem)


def asked(question: Question) -> Callable[[Form, Field], None]:
    """No check goes on where the other answers don't lead to the question."""

    def check(form: Form, _: Field) -> None:
        if not form.asks(question):
            raise StopValidation

    return check


def accepted_by(question: Question) -> Callable[[Form, Field], None]:
    """The checks that the question's own data asks for."""

    def check(form: Form, field: Field) -> None:
        problem = question.problem_with(field.data)
        if problem:
            raise StopValidation(problem)
        if not field.data:
            raise StopValidation

    return check


def field_for(question: Question) -> Field:
    """An unbound WTForms field for the question."""
    about = {"label": question.label, "description": question.hint}
    checks = [asked(question), accepted_by(question)]
    if question.kind in {"choice", "choices"}:
        chooser = RadioField if question.kind == "choice" else CheckboxesField
        options = [SelectChoice(option.value, option.label) for option in question.options]
        # The question names a foreign value better than WTForms would.
        return chooser(choices=options, validate_choice=False, validators=checks, **about)
    attributes = {"autocomplete": question.autocomplete} if question.autocomplete else {}
    if question.kind == "email":
        attributes |= {"autocapitalize": "off", "spellcheck": "false"}
    field = {"email": EmailField, "url": URLField, "long_text": TextAreaField}.get(
        question.kind, StringField
    )
    return field(validators=checks, filters=[trimmed], render_kw=attributes, **about)
