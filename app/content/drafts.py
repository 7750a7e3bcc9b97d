"""Drafts: articles that can be read only with a signed link."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

PURPOSE = "draft"


def preview_link(slug: str) -> str:
    """The absolute address of the draft's preview, valid until SECRET_KEY changes."""
    return url_for("content.preview", token=_signer().dumps(slug), _external=True)


def slug_of(token: str) -> str:
    """The slug of the draft that the link was made for. Raises KeyError if we did not sign it."""
    try:
        return str(_signer().loads(token))
    except BadSignature:
        raise KeyError(token) from None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
