"""Drafts: articles that only whoever has the signed link can read."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

PURPOSE = "draft"


def preview_link(slug: str) -> str:
    """The whole address of the draft's preview. It holds for as long as SECRET_KEY does."""
    return url_for("content.preview", token=_signer().dumps(slug), _external=True)


def slug_of(token: str) -> str:
    """The draft that the link was made for. Raises KeyError for a link that was not."""
    try:
        return str(_signer().loads(token))
    except BadSignature:
        raise KeyError(token) from None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
