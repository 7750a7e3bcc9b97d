"""A draft as the form's pages use it: a value that one statement reads and another stores.

No other form is shown and saved as often, so this bypasses the ORM session and holds no lock
between the two statements: the second refuses if the row has been written in between.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb


class KeptDraft(NamedTuple):
    """The row of a `Draft`, which explains the columns. ``xmin`` is Postgres's system column: the
    transaction that last wrote the row."""

    id: uuid.UUID
    resume_token: str
    answers: dict[str, Any]
    complete_steps: list[str]
    step_saves: dict[str, Any]
    step_seconds: dict[str, Any]
    questions_version: str
    language: str
    version: int
    saved_at: datetime
    submitted_at: datetime | None
    reminded_at: datetime | None
    xmin: str

    @property
    def is_under_way(self) -> bool:
        """Whether something was entered that has not been sent."""
        return self.version > 0 and not self.submitted_at


READ = f"SELECT {', '.join(KeptDraft._fields)} FROM drafts"  # noqa: S608 - columns of our own
READ_ONE = f"{READ} WHERE id = %(id)s"
STORE = """
UPDATE drafts SET answers = %(answers)s, complete_steps = %(complete_steps)s,
    step_saves = %(step_saves)s, step_seconds = %(step_seconds)s, language = %(language)s,
    version = %(version)s, saved_at = %(saved_at)s, reminded_at = %(reminded_at)s
WHERE id = %(id)s AND xmin = CAST(%(xmin)s AS xid)
"""
JSON = ("answers", "complete_steps", "step_saves", "step_seconds")


def read_draft(connection: Connection, draft_id: uuid.UUID) -> KeptDraft | None:
    """The draft as it is now; None if it was deleted."""
    row = connection.execute(READ_ONE, {"id": draft_id}).fetchone()
    return KeptDraft._make(row) if row else None


def store_draft(connection: Connection, draft: KeptDraft) -> bool:
    """Store the columns that a save may change. Returns False, with nothing stored, if the row has
    been written since it was read, or is gone."""
    values = draft._asdict()
    values |= {name: Jsonb(values[name], msgspec.json.encode) for name in JSON}
    return connection.execute(STORE, values).rowcount == 1
