"""Fields of forms, and what every text that is typed goes through."""

import re

from wtforms import Field, Form, SelectMultipleField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.spelling import WEB_ADDRESS, problem_with_text

# "acme.com:8080" begins with no scheme, though it looks like one.
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+([/?#]|$))", re.IGNORECASE)


class CheckboxesField(SelectMultipleField):
    """Any number of the options, each with a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def trimmed(value: str | None) -> str | None:
    """Without white space at the ends, and with one kind of line break."""
    return value.replace("\r\n", "\n").strip() if value else value


def as_web_address(value: str | None) -> str | None:
    """With https:// before an address that was typed without. What is no address stays as it was
    typed, to be refused."""
    if not value or SCHEME.match(value):
        return value
    address = f"https://{value}"
    return address if WEB_ADDRESS.fullmatch(address) else value


def storable(form: Form, field: Field) -> None:
    """Refuse what can't be stored, or shown."""
    problem = problem_with_text(field.data or "", has_lines=isinstance(field, TextAreaField))
    if problem:
        raise StopValidation(problem)
