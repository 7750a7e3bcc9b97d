"""Form fields, and the filters and checks that every typed text goes through."""

import re
from typing import Any

from wtforms import (
    DateField,
    DateTimeLocalField,
    Field,
    Form,
    HiddenField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import Length, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from app.web.text_checks import problem_with_mail_address, problem_with_text, shows_nothing

# A host, a port, and what follows; no scheme and no user name. autosave.js has the same pattern.
BARE_ADDRESS = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:]+(:\d+)?([/?#]\S*)?")
# Those before the first line with anything in it, whose own indent stays.
BLANK_LINES = re.compile(r"\A\s*[^\S \t]")
VERSION = re.compile(r"[1-9][0-9]{0,5}\Z")


class VersionField(HiddenField):
    """The version that something had on the page that the form was sent from."""

    @property
    def seen(self) -> int:
        """That version, or 0, which nothing has, if none was sent."""
        typed = self.data or ""
        return int(typed) if VERSION.fullmatch(typed) else 0


class CheckboxesField(SelectMultipleField):
    """Any number of the options, each with a checkbox."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(DateField):
    """A day of the calendar."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day like 2026-11-29.") from None


class MomentField(DateTimeLocalField):
    """A day and a time of it, with or without seconds."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day and a time like 2026-11-29T08:30.") from None


def trimmed(value: str | None) -> str | None:
    """Without white space at the ends, and with one kind of line break; empty if nothing of it is
    visible, so that it counts as not written."""
    text = trimmed_lines(value)
    return text and text.lstrip()


def trimmed_lines(value: str | None) -> str | None:
    """The same for several lines, of which the first keeps its indent: it may begin a list."""
    if value is None:
        return None
    return "" if shows_nothing(value) else BLANK_LINES.sub("", value.replace("\r\n", "\n")).rstrip()


class LongTextField(TextAreaField):
    """Several lines, in a box of so many ``rows``. It has no maxlength: with one, browsers silently
    cut what is pasted."""

    def __init__(self, label: Any, *, rows: int, **options: Any) -> None:
        box = {"maxlength": False, "rows": rows}
        super().__init__(label, filters=[trimmed_lines], render_kw=box, **options)


def as_web_address(value: str | None) -> str | None:
    """With https:// before an address that was typed without. Anything else stays as it was typed,
    to be refused."""
    return f"https://{value}" if value and BARE_ADDRESS.fullmatch(value) else value


def at_most(characters: int) -> Length:
    """Refuse a longer text on a page for staff."""
    return Length(max=characters, message=f"Use at most {characters:,} characters.")


def storable(form: Form, field: Field) -> None:
    """Refuse what can't be stored or shown."""
    problem = problem_with_text(field.data or "", has_lines=isinstance(field, TextAreaField))
    if problem:
        raise StopValidation(problem)


def mail_address(form: Form, field: Field) -> None:
    """Refuse what no mail can be sent to."""
    if problem := problem_with_mail_address(field.data or ""):
        raise StopValidation(problem)
