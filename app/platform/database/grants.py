"""What the site's role may do in Postgres when another role owns the tables.

`flask db upgrade` works as the owner and grants these rights to the role in DATABASE_URL, which can
then neither change the log nor remove what guards it. If one role does both, nothing is granted.
Identity columns need no grant, and functions are open to everybody.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, text

from app.platform.database import db
from app.platform.database.connection import use_site_connections
from app.platform.settings import current_config

# On every table that is not named below, and on every future one.
ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
# The relay's mark is not part of what happened.
LOG = "SELECT, INSERT, UPDATE (relayed_at)"
RIGHTS = {
    "public.events": LOG,
    "public.log_epochs": "SELECT, INSERT",
    "public.checkpoints": "SELECT, INSERT",
    "public.alembic_version": "SELECT",
    # A sandbox is deleted in the end.
    "labs.events": f"{LOG}, DELETE",
}

OWNS_LOG = text("""
SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('public.events')
""")
HAS_OR_MAY_CREATE_TABLES = text("""
SELECT to_regclass('public.events') IS NOT NULL
    OR has_schema_privilege('public', 'CREATE')
    AND has_database_privilege(current_database(), 'CREATE')
""")
OURS = """
FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'labs')
    AND relowner = (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.events'))
"""
NAMES = text(f"SELECT relnamespace::regnamespace || '.' || relname {OURS}")
CAN_READ = text(f"SELECT coalesce(bool_and(has_table_privilege(oid, 'SELECT')), true) {OURS}")
HAS_LABS = text("SELECT to_regnamespace('labs') IS NOT NULL")
ROLE = text("SELECT quote_ident(current_user)")
# Held until the transaction ends, and specific to one database, whatever address leads to it.
LOCK = text("SELECT pg_advisory_xact_lock(:number)")
IS_FREE = text("SELECT pg_try_advisory_xact_lock(:number)")


class NotOwner(click.ClickException):
    """The command can't do its work as this role, which does not own the tables."""

    def __init__(self) -> None:
        super().__init__(
            "This role does not own the site's tables: set OWNER_DATABASE_URL to the address of the"
            " one that does."
        )


class MayNotCreate(click.ClickException):
    """There are no tables yet, and this role may not create them."""

    def __init__(self) -> None:
        super().__init__(
            "This role may not make the site's tables: set OWNER_DATABASE_URL to the address of one"
            " that may create in the database and in its schema public."
        )


class OtherDatabase(click.ClickException):
    """The two addresses lead to two databases."""

    def __init__(self) -> None:
        super().__init__(
            "OWNER_DATABASE_URL leads to a different database from DATABASE_URL: set both to"
            " the same one, with its owner in the first."
        )


@contextmanager
def owner_engine() -> Iterator[Engine]:
    """An engine of the role that owns the tables, for creating, changing or dropping them. Raises
    NotOwner, MayNotCreate and OtherDatabase."""
    config = current_config()
    engine = db.engine
    if config.OWNER_DATABASE_URL:
        options = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        engine = create_engine(config.as_owner.sqlalchemy_url, **options)
        use_site_connections(engine)
    try:
        with engine.connect() as connection:
            if engine is not db.engine and not is_same_database(connection):
                raise OtherDatabase
            if not owns_log_if_any(connection):
                raise NotOwner
            if not connection.scalar(HAS_OR_MAY_CREATE_TABLES):
                raise MayNotCreate
        yield engine
    finally:
        if engine is not db.engine:
            engine.dispose()


def is_same_database(owner: Connection) -> bool:
    """Whether the owner is connected to the database that the site serves from: what one of them
    locks there, the other can't."""
    number = {"number": secrets.randbits(63)}
    owner.execute(LOCK, number)
    with db.engine.connect() as site:
        return not site.scalar(IS_FREE, number)


def owns_log_if_any(connection: Connection) -> bool:
    """Whether this role could do anything to the log, or would be the one to create it."""
    return connection.scalar(OWNS_LOG) is not False


def can_read(connection: Connection) -> bool:
    """Whether this role may read every table, as it may once it was granted its rights."""
    return bool(connection.scalar(CAN_READ))


def grant(owner: Connection) -> None:
    """Give the role in DATABASE_URL these rights and no others. A repeat changes nothing."""
    with db.engine.connect() as site:
        role = site.scalar(ROLE)
    if role == owner.scalar(ROLE):
        return
    for table in owner.scalars(NAMES).all():
        owner.execute(text(f"REVOKE ALL ON {table} FROM {role}"))
        owner.execute(text(f"GRANT {RIGHTS.get(table, ORDINARY)} ON {table} TO {role}"))
    if owner.scalar(HAS_LABS):
        owner.execute(text(f"GRANT USAGE ON SCHEMA labs TO {role}"))
    owner.execute(text(f"ALTER DEFAULT PRIVILEGES GRANT {ORDINARY} ON TABLES TO {role}"))
