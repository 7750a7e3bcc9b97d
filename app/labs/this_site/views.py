"""/labs/this-site: the site's own pipeline, open to everybody."""

from flask import Blueprint, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.labs.pages import digest
from app.labs.this_site.kept import KeptExhibit
from app.labs.this_site.queries import STAGES, Exhibit
from app.platform.database import db

# The articles that it demonstrates.
ARTICLES = ("event-driven-architecture", "cqrs")

this_site = Blueprint("this_site", __name__)


@this_site.record_once
def keep_exhibit(state: BlueprintSetupState) -> None:
    state.app.extensions["exhibit"] = KeptExhibit()


@this_site.get("/labs/this-site")
def page() -> str:
    exhibit = present_exhibit()
    return render_template(
        "labs/this_site.html",
        exhibit=exhibit,
        titles=STAGES,
        seen=digest(exhibit),
        articles=ARTICLES,
    )


@this_site.get("/labs/this-site/part")
def part() -> ResponseReturnValue:
    """The moving part; 204 if the page already shows it."""
    exhibit = present_exhibit()
    seen = digest(exhibit)
    if request.args.get("seen") == seen:
        return "", 204
    return render_template("labs/_this_site.html", exhibit=exhibit, titles=STAGES, seen=seen)


def present_exhibit() -> Exhibit:
    kept: KeptExhibit = current_app.extensions["exhibit"]
    return kept.look(db.session())
