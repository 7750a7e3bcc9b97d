"""Addresses as another machine needs them: whole, and the same under whatever name it asked."""

from app.languages.choice import LANGUAGES, PARAMETER, SOURCE
from app.settings import current_config


def whole_address(path: str) -> str:
    """ "https://example.com/x" for "/x": below BASE_URL, whatever host the request names."""
    config = current_config()
    return config.BASE_URL.rstrip("/") + path


def in_each_language(path: str) -> dict[str, str]:
    """Code → the whole address of a page in that language. The source's is the plain one, which
    whoever prefers no other language reads."""
    plain = whole_address(path)
    others = {code: f"{plain}?{PARAMETER}={code}" for code in LANGUAGES if code != SOURCE}
    return {SOURCE: plain, **others}
