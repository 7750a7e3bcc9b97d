"""What a local run (`make run`) left for the `flask` command."""

from pathlib import Path

import click
from dotenv import dotenv_values


class SomebodyElses(click.ClickException):
    """The file exists but may not be read. The message, which `flask` prints, says whose it is."""


def settings_left_in(file: Path) -> dict[str, str]:
    """The settings in the file; empty if there is none. Raises SomebodyElses."""
    try:
        with file.open() as left:
            return {name: value or "" for name, value in dotenv_values(stream=left).items()}
    except PermissionError:
        raise SomebodyElses(
            f"DATABASE_URL is not set, and only the user who ran `make run` may read {file}. Work"
            " as that user, or set the variables in the README's table."
        ) from None
    except OSError:
        return {}
