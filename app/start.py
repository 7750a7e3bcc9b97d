"""The site as a server starts it."""

import sys

import click
from flask import Flask

from app import create_app


def start_app() -> Flask:
    """Make the site, or end the process with the sentence that says which setting is wrong, or what
    in the content. A server would put some forty lines around the exception."""
    try:
        return create_app()
    except click.ClickException as error:
        sys.exit(f"Error: {error.message}")
