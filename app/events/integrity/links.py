"""A stream's links in the hash chain, with the exact text that was hashed (see `chain`)."""

from datetime import datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.events.integrity.sealing import unseal

# The text as in event_hash, which hashes it behind the previous hash.
LINKS = text("""
SELECT e.id, e.type, e.recorded_at, coalesce(e.metadata ->> 'actor', '') AS actor,
    encode(e.hash, 'hex') AS hash,
    CAST(json_build_array(
        e.id, e.stream, e.version, e.type, e.schema_version, e.data, e.metadata, e.person_id,
        encode(e.sealed, 'base64'), CAST(extract(epoch FROM e.recorded_at) * 1000000 AS bigint)
    ) AS text) AS hashed,
    e.sealed, k.key
FROM events e LEFT JOIN person_keys k USING (person_id)
WHERE e.stream = :stream ORDER BY e.version
""")


class Link(msgspec.Struct, frozen=True):
    """One event: ``hash`` is SHA-256, in hex, over the previous hash and ``hashed``. ``opened`` has
    its personal fields, unsealed; empty once the person is erased."""

    type: str
    recorded_at: datetime
    actor: str
    hash: str
    hashed: str
    opened: dict[str, Any]


def links_of(session: Session, stream: str) -> list[Link]:
    """Every event of the stream, in its order."""
    return [
        Link(
            type=row.type,
            recorded_at=row.recorded_at,
            actor=row.actor,
            hash=row.hash,
            hashed=row.hashed,
            opened=_opened(row),
        )
        for row in session.execute(LINKS, {"stream": stream})
    ]


def _opened(row: Row[Any]) -> dict[str, Any]:
    if not row.sealed or not row.key:
        return {}
    try:
        return unseal(bytes(row.sealed), bytes(row.key), row.id)
    except InvalidTag:  # somebody altered it, which its hash shows
        return {}
