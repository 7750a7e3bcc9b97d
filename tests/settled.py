"""When the log can be read to its end.

Postgres and the bell have short transactions of their own, and so has a site on another database
of the server. What is recorded while one of them is at work, no reader of the log sees before it
has ended.
"""

from sqlalchemy import text

from app.database import autocommit
from tests.site import eventually

# What a test holds open itself, in its own database, is idle meanwhile.
AT_WORK = text("""
SELECT count(*) FROM pg_stat_activity
WHERE backend_xid IS NOT NULL
  AND (state IS DISTINCT FROM 'idle in transaction' OR datname <> current_database())
""")


def wait_until_settled() -> None:
    """Return once no transaction of another's stands before what the test has committed."""
    eventually(_is_settled)


def _is_settled() -> bool:
    with autocommit() as connection:
        return not connection.scalar(AT_WORK)
