"""The site as a server starts it."""

import sys

from flask import Flask

from app import create_app
from config import ConfigurationError


def start_app() -> Flask:
    """Make the site, or end the process with the sentence that says which setting is wrong. A
    server would put some forty lines around the exception."""
    try:
        return create_app()
    except ConfigurationError as error:
        sys.exit(f"Error: {error.message}")
