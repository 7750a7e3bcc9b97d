"""From a question, as data, to a form field with its checks and the words for what is wrong."""

import re
import unicodedata
from collections.abc import Callable

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
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
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.applications.questions.questionnaire import Question

WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]+([/?#]\S*)?", re.IGNORECASE)
COMBINING_MARKS = {"Mn", "Me"}
MOST_COMBINING_MARKS = 8


class CheckboxesField(SelectMultipleField):
    """Any number of the options, each with a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def trimmed(value: str | None) -> str | None:
    """Without white space at the ends, and with one kind of line break."""
    return value.replace("\r\n", "\n").strip() if value else value


def storable(form: Form, field: Field) -> None:
    """Refuse control characters, which the database or a mail header can't hold, and piles of
    combining marks, which cover the lines around them."""
    allowed = "\n\t" if isinstance(field, TextAreaField) else ""
    marks = 0
    for character in field.data or "":
        category = unicodedata.category(character)
        if category in {"Cc", "Cs"} and character not in allowed:
            raise StopValidation(
                gettext(
                    "This holds a character that can’t be stored (a line break or control"
                    " character)."
                )
            )
        marks = marks + 1 if category in COMBINING_MARKS else 0
        if marks > MOST_COMBINING_MARKS:
            raise StopValidation(gettext("This holds too many accents on one letter."))


def web_address(form: Form, field: Field) -> None:
    if not WEB_ADDRESS.fullmatch(field.data):
        raise ValidationError(
            gettext("Enter a web address that starts with https://, or leave it empty.")
        )


def mail_address(form: Form, field: Field) -> None:
    try:
        address = validate_email(field.data, check_deliverability=False)
    except EmailNotValidError:
        raise ValidationError(gettext("Enter an address like name@company.com.")) from None
    if address.smtputf8:
        raise ValidationError(
            gettext(
                "Our mail server can’t send to letters such as ö before the @. Enter another"
                " address of yours."
            )
        )


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
    if question.kind in {"choice", "choices"}:
        chooser = RadioField if question.kind == "choice" else CheckboxesField
        options = [SelectChoice(option.value, option.label) for option in question.options]
        # The question names a foreign value better than WTForms would.
        checks = [asked(question), accepted_by(question)]
        return chooser(choices=options, validate_choice=False, validators=checks, **about)
    checks = [asked(question), storable, accepted_by(question)]
    attributes = {"autocomplete": question.autocomplete} if question.autocomplete else {}
    if question.kind == "email":
        checks.append(mail_address)
        attributes |= {"autocapitalize": "off", "spellcheck": "false"}
    if question.kind == "url":
        checks.append(web_address)
    field = {"email": EmailField, "url": URLField, "long_text": TextAreaField}.get(
        question.kind, StringField
    )
    return field(validators=checks, filters=[trimmed], render_kw=attributes, **about)
