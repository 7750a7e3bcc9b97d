"""Waits until the log can be read to its end.

Postgres, the bell, and sites on other databases of the server have short transactions of their own.
Readers of the log don't see what was recorded during such a transaction until it has ended.
"""

from sqlalchemy import text

from app.platform.database import autocommit
from tests.site import eventually

# A transaction that a test holds open itself, in its own database, is idle at this time.
AT_WORK = text("""
SELECT count(*) FROM pg_stat_activity
WHERE backend_xid IS NOT NULL
  AND (state IS DISTINCT FROM 'idle in transaction' OR datname <> current_database())
""")


def wait_until_settled() -> None:
    """Return once no older transaction of others hides what the test has committed."""
    eventually(_is_settled)


def _is_settled() -> bool:
    with autocommit() as connection:
        return not connection.scalar(AT_WORK)
