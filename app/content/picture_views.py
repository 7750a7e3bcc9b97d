"""The pictures for shared links: one for each article, and the firm's for every other page."""

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from app.content.drawing import draw_picture
from app.content.kept import kept
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


def picture_of(title: str) -> Response:
    answer = Response(draw_picture(title, current_brand().name), mimetype="image/png")
    # Other sites display it with the link.
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
