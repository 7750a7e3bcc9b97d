"""The client's own limit on a wait for Postgres, for when the server's limits can't fire.

If the server's processes are frozen, none of its timeouts fire, while its machine goes on
acknowledging every packet: neither ``statement_timeout`` nor TCP would ever end such a wait.
"""

from typing import Any, cast

import psycopg
import structlog
from psycopg.abc import RV, PQGen
from sqlalchemy import Connection, text

# Above the server's own limit on a statement, whose error says more and keeps the connection.
ANSWER_TIMEOUT = 8.0
NO_LIMIT = text("SET LOCAL statement_timeout = 0")
log = structlog.get_logger()


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself and raises psycopg.OperationalError if an answer takes longer
    than ``answer_within`` seconds. None sets no limit."""

    answer_within: float | None = ANSWER_TIMEOUT

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is not None or self.answer_within is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answer_within)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - has no public name
            self.close()
            log.warning("database.silent", seconds=self.answer_within)
            raise psycopg.OperationalError(
                f"The server has not answered for {self.answer_within:g} s."
            ) from None


def lift_limit(connection: Connection) -> None:
    """Lift the limits on a statement's time: the server's until the transaction ends, ours until
    the connection is back in its pool."""
    connection.execute(NO_LIMIT)
    cast(BoundedConnection, connection.connection.dbapi_connection).answer_within = None
