"""The site as a server starts it."""

import sys

import click
from flask import Flask

from app import create_app


def start_app() -> Flask:
    """Make the site, or end the process with a sentence that says what is wrong with a setting or
    the content. A server would bury the exception in some forty lines."""
    try:
        return create_app()
    except click.ClickException as error:
        sys.exit(f"Error: {error.message}")
