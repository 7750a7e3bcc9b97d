"""Trouble in the database, which a test starts and ends."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.site import Site

REFUSE = sql.SQL("""
CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'refused by the test' USING ERRCODE = {code}; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})
EXECUTE FUNCTION refuse_{name}();
""")


CIRCUIT_OPEN = """
INSERT INTO circuits (name, state, failures, opened_at, next_probe_at, last_error)
VALUES (%s, 'open', 7, now(), now() + interval '5 minutes', 'ConnectTimeout')
"""

CHAT_REFUSED = """
INSERT INTO chat_messages (id, event_id, kind, application_id, correlation_id, text, link, status,
    attempts, claimed_at, last_error)
SELECT gen_random_uuid(), e.id, 'new_application', a.id, '', '87 points: ' || a.company, '',
    'failed', 1, now(), 'HTTP 404'
FROM events e JOIN applications a ON e.stream = 'application-' || a.id
WHERE e.type = 'application.scored'
"""


# Like an error that quotes an address or a key.
LONG_ERROR = f"KeyError: '{'x' * 300}' (scoring/score.py:7)"
FAIL_WITH = """
WITH failed AS (UPDATE deliveries SET last_error = %(error)s WHERE id = %(id)s)
UPDATE delivery_tries SET error = %(error)s WHERE delivery_id = %(id)s
"""


def fail_with_a_long_error(site: Site, delivery_id: int) -> None:
    """Make a dead letter's error one long word."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(FAIL_WITH, {"id": delivery_id, "error": LONG_ERROR})


def keep_just_received(site: Site, application_id: uuid.UUID) -> None:
    """Move the time at which it was sent, so that its page says for as long as a test may take what
    it says in the first minutes."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(
            "UPDATE applications SET submitted_at = now() + interval '1 hour' WHERE id = %s",
            (application_id,),
        )


def leave_alone(site: Site, service: str) -> None:
    """Open the circuit of an external service, as if it kept failing."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(CIRCUIT_OPEN, (service,))


def refuse_in_chat(site: Site) -> None:
    """Record that the chat refused the message about each scored application."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(CHAT_REFUSED)


@contextmanager
def nothing_delivered(site: Site) -> Iterator[None]:
    """Inside, events are recorded but not delivered."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute("LOCK TABLE deliveries IN EXCLUSIVE MODE")
        yield


@contextmanager
def refusing(site: Site, table: str, condition: str, code: str = "P0001") -> Iterator[None]:
    """Inside, inserts into the table fail if the condition (over ``new``) holds.

    ``code`` is the SQLSTATE: P0001 stands for a bug of ours, 57P01 for a database that shuts down.
    """
    names = {"name": sql.SQL(table), "table": sql.Identifier(table)}
    with psycopg.connect(site.settings["OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            REFUSE.format(condition=sql.SQL(condition), code=sql.Literal(code), **names)
        )
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP FUNCTION refuse_{} CASCADE").format(names["name"]))
