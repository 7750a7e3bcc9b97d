"""A letter: what every mail is made of, and its two renderings."""

import msgspec
from flask import Blueprint, render_template

from app.firm.brand import current_brand

# It has no page; it tells Flask where the letters' templates are.
notifications = Blueprint("notifications", __name__, template_folder="templates")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail before it has a recipient: paragraphs, then facts as (label, value), then one link."""

    template: str
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    facts_title: str = ""
    action: tuple[str, str] | None = None
    closing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self._render("txt")

    @property
    def html(self) -> str:
        return self._render("html")

    def _render(self, form: str) -> str:
        return render_template(f"notifications/letter.{form}", letter=self, brand=current_brand())


def paragraphs_of(text: str) -> tuple[str, ...]:
    """What somebody typed, cut at its empty lines."""
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())
