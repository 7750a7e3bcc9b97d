"""What other programs read: the Atom feed, the sitemap, robots.txt, and security.txt."""

from datetime import date

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from app.content.addresses import in_each_language, whole_address
from app.content.kept import kept
from app.content.paths import paths_in_every_language, paths_of_one_address
from app.content.texts.articles import current_articles
from app.content.texts.pages import current_pages

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
    """Every public page in each of its languages, with the day of its last change if known."""
    rules, pages = current_app.url_map.bind(""), current_pages()
    places: list[tuple[str, date | None]] = [
        (address, None)
        for path in paths_in_every_language(rules, pages)
        for address in in_each_language(path).values()
    ]
    places += [(whole_address(path), None) for path in paths_of_one_address(rules, pages)]
    places += [(whole_address(one.path), one.about.changed) for one in current_articles().articles]
    return Response(render_template("content/sitemap.xml", places=places), mimetype="text/xml")


@syndication.get("/robots.txt")
@kept
def robots() -> ResponseReturnValue:
    return Response(render_template("content/robots.txt"), mimetype="text/plain")


@syndication.get("/.well-known/security.txt")
@kept
def security_txt() -> ResponseReturnValue:
    return Response(current_app.extensions["security_txt"] or abort(404), mimetype="text/plain")
