"""The base of every form of the site."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from flask import request
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.csrf import validate_csrf
from wtforms import Field
from wtforms.validators import ValidationError

from app.platform.data_files import DataFileError

# Said above a form whose token is too old, where a page has no better words.
EXPIRED: Final = "This page was open for too long. Send it once more."
# What each form is given when it is created, besides its class's attributes.
_OF_EACH_FORM: Final = ("csrf_token", "form_errors", "meta")


class TokenWhenShown(FlaskForm.Meta.csrf_class):
    """Flask-WTF's token, made only when a page renders it: most forms that are sent never are."""

    def generate_csrf_token(self, csrf_token_field: Field) -> LazyString:
        return LazyString(super().generate_csrf_token, csrf_token_field)


class SiteForm(FlaskForm):
    """A form that reads the fields of a sent form and nothing else. By default Flask-WTF would take
    a JSON body or a file for what somebody typed, but a text field can only handle text."""

    class Meta:
        csrf_class = TokenWhenShown

    def __init__(self, **options: Any) -> None:
        if "formdata" not in options and self.is_submitted():
            options["formdata"] = request.form
        super().__init__(**options)

    @property
    def is_expired(self) -> bool:
        """Whether validation found its token missing or too old, so that nothing may be stored."""
        return "csrf_token" in self.errors

    @property
    def refusal(self) -> int:
        """The HTTP status of an answer that shows the form again with its errors."""
        return 400 if self.is_expired else 422


def refuse_taken_keys(
    path: Path, keys: Iterable[str], form: type[SiteForm], *, besides: Iterable[str]
) -> None:
    """Raises DataFileError if one of the questions' ``keys``, read from ``path``, clashes with a
    name that such a form has, or that its page uses (``besides``)."""
    taken = {*dir(form), *_OF_EACH_FORM, *besides}
    for key in keys:
        if key in taken:
            raise DataFileError(
                path, f"Question '{key}' needs another key: the form has its own '{key}'."
            )


def has_valid_token() -> bool:
    """Whether this request has the token that any form asks for, for code that makes no form."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
