"""A letter: what every mail is made of, its language, and its two renderings."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from flask import Blueprint, render_template

from app.applications.models import Application, Draft
from app.firm.brand import current_brand
from app.languages.choice import in_language, present_language

EMPTY_LINES = re.compile(r"\n\s*\n")

# It has no page; it tells Flask where the letters' templates are.
letters = Blueprint("letters", __name__, template_folder="templates")

About = TypeVar("About", Application, Draft)
More = ParamSpec("More")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail before it has a recipient: paragraphs, then facts as (label, value), then one link.
    ``in_brief`` is what else belongs into a line, beside the subject. ``signed_by`` is who of the
    staff has written it, by name. ``language`` is the one that it was written in."""

    template: str
    subject: str
    in_brief: str = ""
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    facts_title: str = ""
    action: tuple[str, str] | None = None
    closing: tuple[str, ...] = ()
    signed_by: str = ""
    language: str = msgspec.field(default_factory=present_language)

    @property
    def text(self) -> str:
        return self._render("txt")

    @property
    def html(self) -> str:
        return self._render("html")

    def _render(self, form: str) -> str:
        return render_template(f"letters/letter.{form}", letter=self, brand=current_brand())


def in_their_language(
    write: Callable[Concatenate[About, More], Letter],
) -> Callable[Concatenate[About, More], Letter]:
    """A letter to a prospect is in the language of what it is about, whoever has it written: a
    worker, or a member of staff who looks at it first."""

    @wraps(write)
    def write_in_it(about: About, /, *more: More.args, **named: More.kwargs) -> Letter:
        with in_language(about.language):
            return write(about, *more, **named)

    return write_in_it


def paragraphs_of(text: str) -> tuple[str, ...]:
    """What somebody typed, cut at its empty lines. Each line keeps its indent, by which a list is
    known for one."""
    return tuple(part.strip("\n").rstrip() for part in EMPTY_LINES.split(text) if part.strip())
