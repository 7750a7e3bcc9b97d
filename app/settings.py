"""The settings of the running app, with their types: Flask's own table of them has none."""

from typing import cast

from flask import current_app

from config import Config


def current_config() -> Config:
    """Return the settings of the running app."""
    return cast(Config, current_app.config["SITE"])
