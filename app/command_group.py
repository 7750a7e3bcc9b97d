"""What all of the operator's commands share: errors that are sentences, and who types them."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from psycopg.errors import LockNotAvailable

from app.database import DATABASE_AWAY
from config import UNDECODED


class CommandGroup(AppGroup):
    """Says so in a line where the database does not answer, or an argument is no text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(map(UNDECODED.search, args)):
            raise click.ClickException(
                f"An argument of `{ctx.command_path}` is not written in UTF-8."
            )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with said_in_a_line():
            return super().invoke(ctx)


@contextmanager
def said_in_a_line() -> Iterator[None]:
    """Raise as click.ClickException, which ends a command with its one sentence, that the database
    is away or has kept the command waiting for too long."""
    try:
        yield
    except DATABASE_AWAY as error:
        # Its text may quote a part of the address, and so of the password.
        kind = type(getattr(error, "orig", None) or error).__name__
        if kind == LockNotAvailable.__name__:
            sentence = f"Somebody else holds what this waits for ({kind}). Try again later."
        else:
            sentence = f"The database does not answer ({kind}). Is it up, and DATABASE_URL right?"
        raise click.ClickException(sentence) from None


def operator() -> str:
    """Who types the command, for the log."""
    return f"operator:{getpass.getuser()}"
