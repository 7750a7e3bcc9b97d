"""The pictures for shared links, one for each article and the firm's for every other page; and its
own mark."""

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from app.content.drawing import draw_picture
from app.content.kept import kept
from app.content.mark import current_mark
from app.content.texts.articles import current_articles
from app.firm.brand import current_brand

pictures = Blueprint("pictures", __name__)


@pictures.get("/picture.png")
@kept
def firm() -> ResponseReturnValue:
    return picture_of(current_brand().tagline)


@pictures.get("/articles/<slug>.png")
@kept
def article(slug: str) -> ResponseReturnValue:
    try:
        return picture_of(current_articles().article(slug).about.title)
    except KeyError:
        abort(404)


@pictures.get("/mark.png")
@kept
def mark() -> ResponseReturnValue:
    return Response(current_mark() or abort(404), mimetype="image/png")


@pictures.app_template_global()
def own_mark() -> str:
    """The address of the firm's own mark, or "" if it has none."""
    return url_for("pictures.mark") if current_mark() else ""


def picture_of(title: str) -> Response:
    picture = draw_picture(title, current_brand().name, current_mark())
    answer = Response(picture, mimetype="image/png")
    # Other sites display it with the link.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
