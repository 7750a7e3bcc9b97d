"""The database session, the base of every model, and actions to run after a commit.

Besides: the driver's `connection`, and its `deadline` on every wait; `advisory_locks` for work that
one process at a time does; and the `grants` of a role that serves and owns nothing.
"""

import select
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import psycopg
import uuid_utils.compat
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import (
    IdleInTransactionSessionTimeout,
    ReadOnlySqlTransaction,
    TransactionTimeout,
)
from sqlalchemy import Connection, DateTime, MetaData, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.platform.database.connection import SiteConnection, driver_connection, use_site_connections
from config import Config

CONNECT_TIMEOUT = 3
# A server that vanished silently is given up after this.
SILENCE_TIMEOUT_MS = 5000
# Whether a place in the pool has just got a new connection for a closed one.
REPLACED = "replaced"
# The driver counts these among its internal errors.
AWAY_ALTHOUGH_INTERNAL = (
    IdleInTransactionSessionTimeout,
    TransactionTimeout,
    ReadOnlySqlTransaction,  # a standby answers, as in the middle of a failover
)
# Raised while the database can't be reached, or has no connection to spare.
DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
    PoolTimeout,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    *AWAY_ALTHOUGH_INTERNAL,
)
# The four tcp_… limits free the locks of a client whose machine vanished silently: keepalives if
# the connection was idle, tcp_user_timeout if the server's answer was under way.
STATEMENT_LIMITS = (
    "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=30s"
    " -c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=35s"
    " -c timezone=UTC"
)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Not as an attribute of Base, about which Flask-SQLAlchemy and SQLAlchemy 2.1 disagree.
Base.registry.update_type_annotation_map(
    {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[str]: JSONB}
)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def kind_of(error: BaseException) -> str:
    """The driver's name for the error: SQLAlchemy has one name for many. An error's text must not
    be logged, since it may quote part of the address, and so of the password."""
    return type(getattr(error, "orig", None) or error).__name__


def new_id() -> uuid.UUID:
    """A random id that sorts by creation time (UUIDv7), so that indexes grow at one end."""
    return uuid_utils.compat.uuid7()


def utc_now() -> datetime:
    return datetime.now(UTC)


def init_database(app: Flask, config: Config, *, schema: str = "") -> None:
    """Bind the session to the app, with limits that make database trouble fail fast. With a
    ``schema``, unqualified names refer to tables in that schema only."""
    options = f"{STATEMENT_LIMITS} -c search_path={schema}" if schema else STATEMENT_LIMITS
    app.config["SQLALCHEMY_DATABASE_URI"] = config.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": config.DATABASE_POOL_SIZE,
        "max_overflow": 0,
        "pool_timeout": 5,
        # An error's text ends up in logs; the values of a statement are personal data.
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT,
            "tcp_user_timeout": SILENCE_TIMEOUT_MS,
            "options": options,
        },
        "json_serializer": lambda value: msgspec.json.encode(value).decode(),
        "json_deserializer": msgspec.json.decode,
    }
    db.init_app(app)
    app.teardown_appcontext(_end_transaction)
    with app.app_context():
        db.engine.dialect.dbapi_exception_translation_map = {
            one.__name__: OperationalError.__name__ for one in AWAY_ALTHOUGH_INTERNAL
        }
        use_site_connections(db.engine)
        event.listen(db.engine, "checkout", _refuse_closed_connection)


def _end_transaction(_: BaseException | None) -> None:
    """Roll back what is open before the session is closed. If the server has cut the connection
    since the response was made, there is nothing to roll back, and the response stands."""
    if db.session.registry.has():
        try:
            db.session.rollback()
        except DBAPIError:
            db.session().invalidate()


def _refuse_closed_connection(
    connection: psycopg.Connection, record: ConnectionPoolEntry, _: object
) -> None:
    """Make the pool reconnect if the server has hung up, which makes the socket readable; if it
    hangs up on the new connection too, it is away, for which the pool has an error of its own that
    is no database error. Raises psycopg.OperationalError.

    SQLAlchemy's own check asks the server, which costs every request a round trip.
    """
    notes = cast(dict[str, bool], record.record_info)  # kept when the connection is replaced
    was_replaced = notes.pop(REPLACED, False)
    if not (connection.closed or is_readable(connection)):
        return
    if was_replaced:
        raise psycopg.OperationalError("The server has closed the new connection too.")
    notes[REPLACED] = True
    raise DisconnectionError("The server has closed the connection.")


def is_readable(connection: psycopg.Connection, *, within: float = 0) -> bool:
    """Whether the server has sent something unasked, or has hung up, ``within`` that many seconds.
    The driver's own wait would wake ten times a second."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(within * 1000))


@contextmanager
def autocommit() -> Iterator[Connection]:
    """A connection on which each statement commits by itself, separate from the session's. For one
    or two statements, BEGIN and COMMIT would be two more round trips."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def plain_connection() -> Iterator[SiteConnection]:
    """The driver's own connection, on which each statement commits by itself: for queries so
    frequent that SQLAlchemy's overhead counts. Actions given to `after_commit` run at the block's
    end, unless it raises."""
    pooled = db.engine.raw_connection()
    connection = cast(SiteConnection, pooled.dbapi_connection)
    connection.autocommit = True
    try:
        yield connection
        connection.commit()
    finally:
        if connection.closed:
            pooled.invalidate()
        else:
            connection.autocommit = False
            pooled.close()


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run ``action`` once this session's transaction is durable; forget it on a rollback. See
    `SiteConnection.after_commit`."""
    driver_connection(session).after_commit(action)
