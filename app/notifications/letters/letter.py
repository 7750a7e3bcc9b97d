"""A letter: the parts of every mail, its language, and its renderings as text and HTML."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec
from flask import Blueprint, render_template

from app.applications.models import Application, Draft
from app.firm.brand import current_brand
from app.platform.languages.choice import in_language, present_language

EMPTY_LINES = re.compile(r"\n\s*\n")

# It has no pages, and only tells Flask where the letters' templates are.
letters = Blueprint("letters", __name__, template_folder="templates")

About = TypeVar("About", Application, Draft)
More = ParamSpec("More")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail before it has a recipient: paragraphs, then facts as (label, value), then one link.
    ``in_brief`` follows the subject where the letter is told in one line. ``signed_by`` is the name
    of the member of staff who wrote it, and ``language`` the one that it is in."""

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
    """Decorates a letter to a prospect: it is written in the language of the application or draft,
    whether a worker writes it or a member of staff previews it."""

    @wraps(write)
    def write_in_it(about: About, /, *more: More.args, **named: More.kwargs) -> Letter:
        with in_language(about.language):
            return write(about, *more, **named)

    return write_in_it


def paragraphs_of(text: str) -> tuple[str, ...]:
    """What somebody typed, split at empty lines. Each line keeps its indent, so that lists still
    look like lists."""
    return tuple(part.strip("\n").rstrip() for part in EMPTY_LINES.split(text) if part.strip())
