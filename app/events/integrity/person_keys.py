"""A key for each person whose data is in events. Erasing the person means dropping the key."""

import uuid

from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.integrity.sealing import new_key
from app.platform.database.connection import driver_connection

FIND = "SELECT key FROM person_keys WHERE person_id = %(person)s"
MAKE = """
INSERT INTO person_keys (person_id, key) VALUES (%(person)s, %(key)s) ON CONFLICT DO NOTHING
"""
OF_EVENT = text("""
SELECT key IS NULL FROM events e JOIN person_keys k USING (person_id) WHERE e.id = :event
FOR SHARE OF k
""")
DROP = text("""
UPDATE person_keys SET key = NULL, erased_at = now() WHERE person_id = :person AND key IS NOT NULL
""")


class PersonErased(Exception):
    """Nothing more can be recorded about this person: they have been erased."""


def key_of(connection: Connection, person: uuid.UUID) -> bytes:
    """The person's key, created on first use. Raises PersonErased."""
    key = _find(connection, person)
    if key is None:
        connection.execute(MAKE, {"person": person, "key": new_key()})
        key = _find(connection, person)
    if key is None:
        raise PersonErased(person)
    return key


def find_key(session: Session, person: uuid.UUID) -> bytes | None:
    """The key that opens what was recorded about the person, if there is one."""
    return _find(driver_connection(session), person)


def is_about_erased(session: Session, event_id: uuid.UUID) -> bool:
    """Whether the event is about a person who was erased. If False, they can't be erased before the
    transaction ends."""
    return bool(session.scalar(OF_EVENT, {"event": event_id}))


def drop_key(session: Session, person: uuid.UUID) -> None:
    """Make everything that was sealed under the person's key unreadable, for good."""
    session.execute(DROP, {"person": person})


def _find(connection: Connection, person: uuid.UUID) -> bytes | None:
    """None if there is no key yet, or no longer."""
    found = connection.execute(FIND, {"person": person}).fetchone()
    return found[0] if found else None
