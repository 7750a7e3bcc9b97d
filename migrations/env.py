"""Runs the migrations as the role that owns the tables, one process at a time, then grants the
serving role its rights."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import psycopg
from alembic import context
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from app.platform.command_group import DENIED, database_errors_in_one_line
from app.platform.database import kind_of
from app.platform.database.deadline import lift_limit
from app.platform.database.grants import grant, owner_engine

database = current_app.extensions["migrate"].db
# Several hosts may start and migrate at the same time; the lock lets one of them do it.
MIGRATION_LOCK = 7_301_501
HAS_LOG = text("SELECT to_regclass('public.events') IS NOT NULL")
HAS_EVENTS = text("SELECT EXISTS (SELECT FROM events)")


def run() -> None:
    with owner_engine() as engine, engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            # A migration may take longer than a request. SET LOCAL: the connection is pooled.
            lift_limit(connection)
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
            # A migration that waits for a table also blocks the requests that come after it.
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            refuse_newer()
            with keeping_log(connection):
                run_those_left()
            grant(connection)
        connection.commit()


def refuse_newer() -> None:
    """Raise click.ClickException if the database is at a migration that this release lacks."""
    known = {one.revision for one in context.script.walk_revisions()}
    for newer in set(context.get_context().get_current_heads()) - known:
        raise click.ClickException(
            f"A newer release has upgraded this database, to {newer}. Run that release, or take its"
            " migrations back with its own"
            f" `flask db downgrade {context.script.get_current_head()}`."
        )


@contextmanager
def keeping_log(connection: Connection) -> Iterator[None]:
    """Raise click.ClickException if the log is gone afterwards, with events in it."""
    had_events = has_log(connection) and connection.scalar(HAS_EVENTS)
    yield
    if had_events and not has_log(connection):
        raise click.ClickException(
            "This would delete the log, and all that has happened with it. Nothing was changed. If"
            " nobody needs this site any more, drop its database."
        )


def has_log(connection: Connection) -> bool:
    return bool(connection.scalar(HAS_LOG))


def run_those_left() -> None:
    """Run the pending migrations. Raises click.ClickException if one of them does not find what the
    earlier ones left."""
    try:
        context.run_migrations()
    except ProgrammingError as error:
        kind = kind_of(error)
        if kind == DENIED or not isinstance(error.orig, psycopg.Error):
            raise
        raise click.ClickException(
            f"This database is not as its migrations left it ({kind}:"
            f" {error.orig.diag.message_primary}). Nothing was changed."
        ) from None


with database_errors_in_one_line():
    run()
