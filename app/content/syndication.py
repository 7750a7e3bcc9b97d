"""What other programs read: the Atom feed, the map of the site, and what robots may do."""

from datetime import date

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from app.content.addresses import in_each_language, whole_address
from app.content.articles import current_articles
from app.content.kept import kept
from app.content.pages import current_pages
from app.firm.offers import KINDS
from app.labs.scenarios import SCENARIOS

ATOM = "application/atom+xml"

syndication = Blueprint("syndication", __name__)


@syndication.get("/articles/feed.xml")
@kept
def feed() -> ResponseReturnValue:
    articles = current_articles().articles
    changed = max((article.about.changed for article in articles), default=None)
    feed = render_template("content/feed.xml", articles=articles, changed=changed)
    return Response(feed, mimetype=ATOM)


@syndication.get("/sitemap.xml")
@kept
def sitemap() -> ResponseReturnValue:
    """Every page for everybody, in each language that it is in, with the day of its last change
    where one is known."""
    places: list[tuple[str, date | None]] = [
        (address, None)
        for path in paths_in_every_language()
        for address in in_each_language(path).values()
    ]
    places += [(whole_address(path), None) for path in paths_of_one_address()]
    places += [(whole_address(one.path), one.about.changed) for one in current_articles().articles]
    return Response(render_template("content/sitemap.xml", places=places), mimetype="text/xml")


def paths_in_every_language() -> list[str]:
    pages = current_pages()
    endpoints = (
        "content.home",
        "content.article_index",
        "content.engagement_index",
        "comparer.compare",
        "labs.index",
        "this_site.page",
    )
    return [
        *(url_for(endpoint) for endpoint in endpoints),
        *(url_for("content.engagement_kind", kind=kind) for kind in KINDS),
        *(url_for("labs.lab", lab=scenario.slug) for scenario in SCENARIOS),
        *(page.path for page in pages.pages if pages.is_in_every_language(page.slug)),
    ]


def paths_of_one_address() -> list[str]:
    """The form, too: it follows its reader's language, and has one address."""
    pages = current_pages()
    return [
        url_for("applications.start"),
        *(page.path for page in pages.pages if not pages.is_in_every_language(page.slug)),
    ]


@syndication.get("/robots.txt")
@kept
def robots() -> ResponseReturnValue:
    return Response(render_template("content/robots.txt"), mimetype="text/plain")
