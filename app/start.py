"""The site as a server starts it.

``python -m app.start granian …`` makes it once before the server comes in its place: a server that
makes it in its workers alone would start them again and again.
"""

import os
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


if __name__ == "__main__":
    start_app()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - a line of the Procfile
