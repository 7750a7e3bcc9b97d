"""Addresses as another machine needs them: whole, and the same under whatever name it asked."""

from typing import cast

from flask import current_app

from config import Config


def whole_address(path: str) -> str:
    """ "https://example.com/x" for "/x": below BASE_URL, whatever host the request names."""
    config = cast(Config, current_app.config["SITE"])
    return config.BASE_URL.rstrip("/") + path
