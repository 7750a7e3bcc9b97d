"""A draft as the form's pages use it: a value.

No other form is shown and saved as often, so reading one bypasses the ORM session.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection


class KeptDraft(NamedTuple):
    """The row of a `Draft`, which explains the columns."""

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

    @property
    def is_under_way(self) -> bool:
        """Whether something was entered that has not been sent."""
        return self.version > 0 and not self.submitted_at

    @property
    def is_erased(self) -> bool:
        """Whether it was sent, and its writer has erased the application since."""
        return bool(self.submitted_at) and not self.answers


COLUMNS = ", ".join(KeptDraft._fields)
READ = f"SELECT {COLUMNS} FROM drafts"  # noqa: S608 - columns of our own
READ_ONE = f"{READ} WHERE id = %(id)s"


def read_draft(connection: Connection, draft_id: uuid.UUID) -> KeptDraft | None:
    """The draft as it is now; None if it was deleted."""
    row = connection.execute(READ_ONE, {"id": draft_id}).fetchone()
    return KeptDraft._make(row) if row else None
