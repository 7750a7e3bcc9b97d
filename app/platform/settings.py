"""The settings of the running app, typed: Flask's own ``config`` has no types."""

from typing import cast

from flask import current_app

from config import Config


def current_config() -> Config:
    """The settings of the running app."""
    return cast(Config, current_app.config["SITE"])
