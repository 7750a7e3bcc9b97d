"""A draft as the form's pages have it: a value that one statement reads, and one stores again.

No form is asked for and saved as often, so there is no session in between, and no lock is held from
the one statement to the other: what somebody else has stored meanwhile makes the second one refuse.
"""

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from app.database import Executor


class KeptDraft(NamedTuple):
    """What stood in the row of a `Draft`, which says what each column means. ``xmin`` is Postgres's
    own: the transaction that had written the row."""

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
        """Whether something was entered that is not sent."""
        return self.version > 0 and not self.submitted_at


READ = f"SELECT {', '.join(KeptDraft._fields)} FROM drafts"  # noqa: S608 - columns of our own
READ_ONE = text(f"{READ} WHERE id = :id")
STORE = text("""
UPDATE drafts SET answers = :answers, complete_steps = :complete_steps, step_saves = :step_saves,
    step_seconds = :step_seconds, language = :language, version = :version, saved_at = :saved_at,
    reminded_at = :reminded_at
WHERE id = :id AND xmin = CAST(:xmin AS xid)
RETURNING id
""").bindparams(
    *(
        bindparam(name, type_=JSONB)
        for name in ("answers", "complete_steps", "step_saves", "step_seconds")
    )
)


def read_draft(executor: Executor, draft_id: uuid.UUID) -> KeptDraft | None:
    """The draft as it stands now; None where it was deleted."""
    row = executor.execute(READ_ONE, {"id": draft_id}).one_or_none()
    return KeptDraft._make(row) if row else None


def store_draft(executor: Executor, draft: KeptDraft) -> bool:
    """Store what of it a save may change. False, and nothing is stored, where the row has been
    written since it was read, or is gone."""
    return executor.scalar(STORE, draft._asdict()) is not None
