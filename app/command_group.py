"""What all of the operator's commands share: errors that are sentences, and who types them."""

import getpass
from typing import Any

import click
from flask.cli import AppGroup

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
        try:
            return super().invoke(ctx)
        except DATABASE_AWAY as error:
            # Its text may quote a part of the address, and so of the password.
            kind = type(getattr(error, "orig", None) or error).__name__
            raise click.ClickException(
                f"The database does not answer ({kind}). Is it up, and DATABASE_URL right?"
            ) from None


def operator() -> str:
    """Who types the command, for the log."""
    return f"operator:{getpass.getuser()}"
