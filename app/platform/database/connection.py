"""The site's own kind of driver connection, under every session and also used directly."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.platform.database.deadline import ANSWER_TIMEOUT, BoundedConnection


class SiteConnection(BoundedConnection):
    """A connection that runs actions once its work is durable, and whose rollback does not fail
    after the connection was lost."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._after_commit: dict[Callable[[], None], None] = {}

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` at the next `commit`, once what was done before is durable; forget it on a
        rollback.

        For doorbells only: the process may die before ``action`` runs, so nothing may depend on it.
        Equal actions of one transaction run once.
        """
        self._after_commit[action] = None

    def commit(self) -> None:
        super().commit()
        actions, self._after_commit = self._after_commit, {}
        for action in actions:
            action()

    def rollback(self) -> None:
        self._after_commit = {}
        # A statement run through the driver can lose the connection without SQLAlchemy noticing.
        if not self.closed:
            super().rollback()


def use_site_connections(engine: Engine) -> None:
    """Make every connection of that engine a SiteConnection."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _bound_again)


def driver_connection(executor: Session | Connection) -> SiteConnection:
    """The driver's connection under ``executor``; for a session, the one its transaction uses. Its
    engine has to have the site's connections."""
    connection = executor.connection() if isinstance(executor, Session) else executor
    return cast(SiteConnection, connection.connection.dbapi_connection)


def _connect(
    _dialect: object, _record: object, args: Sequence[Any], options: dict[str, Any]
) -> SiteConnection:
    return SiteConnection.connect(*args, **options)


def _bound_again(connection: SiteConnection | None, _record: object) -> None:
    if connection:
        connection.answer_within = ANSWER_TIMEOUT
