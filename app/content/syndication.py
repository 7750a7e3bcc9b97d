"""What other programs read: the Atom feed, the map of the site, and what robots may do."""

from datetime import date

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from app.content.articles import current_articles
from app.content.kept import kept
from app.content.pages import current_pages
from app.firm.offers import KINDS

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
    """Every page for everybody, with the day of its last change where one is known."""
    endpoints = (
        "content.home",
        "content.article_index",
        "comparer.compare",
        "content.engagement_index",
        "applications.start",
    )
    paths = [url_for(endpoint) for endpoint in endpoints]
    paths += [url_for("content.engagement_kind", kind=kind) for kind in KINDS]
    paths += [page.path for page in current_pages().pages]
    places: list[tuple[str, date | None]] = [(path, None) for path in paths]
    places += [(one.path, one.about.changed) for one in current_articles().articles]
    return Response(render_template("content/sitemap.xml", places=places), mimetype="text/xml")


@syndication.get("/robots.txt")
@kept
def robots() -> ResponseReturnValue:
    return Response(render_template("content/robots.txt"), mimetype="text/plain")
