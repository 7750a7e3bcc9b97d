"""Absolute addresses for other machines, independent of the host name that they requested."""

from flask import current_app

from app.platform.languages.choice import PARAMETER, languages_of
from app.platform.settings import current_config


def whole_address(path: str) -> str:
    """ "https://example.com/x" for "/x": below BASE_URL, whatever host was requested."""
    config = current_config()
    return config.BASE_URL.rstrip("/") + path


def in_each_language(path: str) -> dict[str, str]:
    """The absolute addresses of a page by language code. The first language has the plain address,
    which anybody reads who does not prefer another."""
    plain = whole_address(path)
    first, *others = languages_of(current_app)
    return {first: plain, **{code: f"{plain}?{PARAMETER}={code}" for code in others}}
