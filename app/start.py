"""The site as a server starts it."""

import sys

import click
from flask import Flask

from app import create_app
from app.monitoring.readiness import BEHIND, state_of_migrations

TOO_EARLY = "The database lacks migrations of this release: run `flask db upgrade` first."


def start_app() -> Flask:
    """Make the site, or end the process with a sentence that says what is wrong with a setting or
    the content. A server would bury the exception in some forty lines."""
    try:
        return create_app()
    except click.ClickException as error:
        sys.exit(f"Error: {error.message}")


def end_unless_upgraded(app: Flask) -> None:
    """End the process with a sentence if the schema is older than this release. A worker would use
    up the tries of each delivery that needs more, until these are dead letters."""
    with app.app_context():
        if state_of_migrations() == BEHIND:
            sys.exit(f"Error: {TOO_EARLY}")
