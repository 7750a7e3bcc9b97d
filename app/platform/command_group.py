"""What the operator's commands share: errors as sentences, and the name of who runs them."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from psycopg import ProgrammingError
from psycopg.errors import (
    DiskFull,
    InsufficientPrivilege,
    LockNotAvailable,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedTable,
)
from sqlalchemy.exc import ProgrammingError as WrappedError

from app.platform.database import DATABASE_AWAY, kind_of
from config_checks import UNDECODED

# The schema is missing, or not the one of this release.
UNPREPARED = {one.__name__ for one in (UndefinedColumn, UndefinedFunction, UndefinedTable)}
DENIED = InsufficientPrivilege.__name__
# Once by the driver, and once as SQLAlchemy wraps it.
PROGRAMMING_ERRORS = (ProgrammingError, WrappedError)


class CommandGroup(AppGroup):
    """Commands that fail in one line if the database does not answer or is not ready for them, or
    if an argument is not text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(map(UNDECODED.search, args)):
            raise click.ClickException(f"An argument of `{ctx.command_path}` is not UTF-8.")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with database_errors_in_one_line():
            return super().invoke(ctx)


def _why_it_is_away(kind: str) -> str:
    """Why the database can't do its part, from the driver's name for the error."""
    if kind == LockNotAvailable.__name__:
        return f"Somebody else holds what this waits for ({kind}). Try again later."
    if kind == DiskFull.__name__:
        return f"Postgres has no room left on its disk ({kind}). Make room, then try again."
    return f"The database does not answer ({kind}). Is it up, and is DATABASE_URL right?"


def _first_to_do(kind: str) -> str:
    """What has to be done to the database before the command can run; "" for nothing."""
    if kind in UNPREPARED:
        return f"The database lacks what this needs ({kind}): run `flask db upgrade` first."
    if kind == DENIED:
        return f"The database role may not do this ({kind}): run `flask db upgrade` as the owner."
    return ""


def needs_upgrade(error: Exception) -> bool:
    """Whether the database was not made ready for this release, which `flask db upgrade` does."""
    return bool(_first_to_do(kind_of(error)))


@contextmanager
def database_errors_in_one_line() -> Iterator[None]:
    """Turn an error of the database into a click.ClickException, which ends the command with one
    sentence: it is away, full, locked for too long, not migrated, or denies the role."""
    try:
        yield
    except DATABASE_AWAY as error:
        raise click.ClickException(_why_it_is_away(kind_of(error))) from None
    except PROGRAMMING_ERRORS as error:
        if sentence := _first_to_do(kind_of(error)):
            raise click.ClickException(sentence) from None
        raise


def operator() -> str:
    """Who runs the command, for the log: the user's name, or their number if they have none, as in
    a container that runs under a number of the platform's choice."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # the latter from Python 3.13 on
        name = str(os.getuid())
    return f"operator:{name}"
