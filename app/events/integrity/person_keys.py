"""A key for each person whose data stands in events. To erase the person is to drop the key."""

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import Executor
from app.events.integrity.sealing import new_key

FIND = text("SELECT key FROM person_keys WHERE person_id = :person")
MAKE = text("""
INSERT INTO person_keys (person_id, key) VALUES (:person, :key) ON CONFLICT DO NOTHING
""")
OF_EVENT = text("""
SELECT key IS NULL FROM events e JOIN person_keys k USING (person_id) WHERE e.id = :event
FOR SHARE OF k
""")
DROP = text("""
UPDATE person_keys SET key = NULL, erased_at = now() WHERE person_id = :person AND key IS NOT NULL
""")


class PersonErased(Exception):
    """Nothing more can be recorded about this person: they have been erased."""


def key_of(executor: Executor, person: uuid.UUID) -> bytes:
    """The person's key, made at the first call. Raises PersonErased."""
    found = executor.execute(FIND, {"person": person}).one_or_none()
    if found is None:
        executor.execute(MAKE, {"person": person, "key": new_key()})
        found = executor.execute(FIND, {"person": person}).one()
    if found.key is None:
        raise PersonErased(person)
    return bytes(found.key)


def find_key(session: Session, person: uuid.UUID) -> bytes | None:
    """The person's key, if there is one: what opens what was recorded about them."""
    found = session.execute(FIND, {"person": person}).one_or_none()
    return bytes(found.key) if found and found.key else None


def is_about_erased(session: Session, event_id: uuid.UUID) -> bool:
    """Whether the event says something about a person who was erased. One who was not stays until
    the transaction ends."""
    return bool(session.scalar(OF_EVENT, {"event": event_id}))


def drop_key(session: Session, person: uuid.UUID) -> None:
    """Make everything that was sealed for the person unreadable, for good."""
    session.execute(DROP, {"person": person})
