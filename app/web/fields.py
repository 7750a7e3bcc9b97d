"""Fields of forms, and what every text that is typed goes through."""

from wtforms import Field, Form, SelectMultipleField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.text_checks import problem_with_text


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
