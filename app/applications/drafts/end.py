"""The end of a draft that is never sent: its writer is reminded and then it is deleted, or they
delete it themselves.

Dropping the writer's key makes what the log says about them unreadable. Other domains delete their
part as subscribers of draft.discarded.
"""

from datetime import date
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import DraftDiscarded, DraftExpiring
from app.applications.models import Draft
from app.events.integrity.person_keys import drop_key
from app.events.store import record
from app.events.tracing import new_trace
from app.events.types import stream_of
from app.platform.database import utc_now

MOST_IN_A_SWEEP = 500
ACTOR = "system:applications"

# No index has the time of the last save (see Draft), so drafts are found by their start, which is
# no later. A writer who never gave a valid address can't be reminded. The day counts from the
# reminder, as the deletion below does, because workers may have been down when it was due.
TO_REMIND = text("""
SELECT id, CAST(now() + make_interval(days => :days_before) AS date) AS ends_on FROM drafts
WHERE submitted_at IS NULL AND reminded_at IS NULL AND complete_steps @> '["you"]'
  AND started_at < now() - make_interval(days => :days - :days_before)
  AND saved_at < now() - make_interval(days => :days - :days_before)
ORDER BY started_at LIMIT 1
FOR UPDATE SKIP LOCKED
""")
# After a late reminder the draft is kept longer, so that its writer still has the days promised.
TO_DELETE = text("""
SELECT id FROM drafts
WHERE submitted_at IS NULL
  AND started_at < now() - make_interval(days => :days)
  AND saved_at < now() - make_interval(days => :days)
  AND (:days_before = 0 OR NOT complete_steps @> '["you"]'
       OR reminded_at < now() - make_interval(days => :days_before))
ORDER BY started_at LIMIT 1
FOR UPDATE SKIP LOCKED
""")


def remind_of_drafts(session: Session, *, days: int, days_before: int) -> int:
    """Have the writers of drafts reminded that were last saved more than ``days - days_before`` ago
    (``days`` is how long a draft is kept); return how many. Each reminder is its own transaction
    and trace; any number of processes may run this at the same time."""
    limits = {"days": days, "days_before": days_before}
    reminded = 0
    while reminded < MOST_IN_A_SWEEP and (due := session.execute(TO_REMIND, limits).one_or_none()):
        with new_trace():
            _remind(session, session.get_one(Draft, due.id), due.ends_on)
            session.commit()
        reminded += 1
    session.rollback()
    return reminded


def delete_old_drafts(session: Session, *, days: int, days_before: int) -> int:
    """Delete drafts that nobody has saved for ``days`` and whose writers were reminded if possible;
    return how many. Each deletion is its own transaction and trace; any number of processes may run
    this at the same time."""
    limits = {"days": days, "days_before": days_before}
    deleted = 0
    while deleted < MOST_IN_A_SWEEP and (draft_id := session.scalar(TO_DELETE, limits)):
        with new_trace():
            draft = session.get_one(Draft, draft_id)
            discard_draft(session, draft, because="expired", actor=ACTOR)
            session.commit()
        deleted += 1
    session.rollback()
    return deleted


def discard_draft(
    session: Session, draft: Draft, *, because: Literal["expired", "by_prospect"], actor: str
) -> None:
    """Delete an unsent draft and the key to what the log says about its writer. ``actor`` need not
    match ``because``: a draft that its prospect deleted may return with a restored backup, and an
    operator then deletes it again."""
    record(session, stream_of("draft", draft.id), DraftDiscarded(because=because), actor=actor)
    drop_key(session, draft.id)
    session.delete(draft)


def _remind(session: Session, draft: Draft, ends_on: date) -> None:
    expiring = DraftExpiring(
        email=draft.answers["email"],
        resume_token=draft.resume_token,
        ends_on=ends_on.isoformat(),
    )
    stream = stream_of("draft", draft.id)
    record(session, stream, expiring, actor=ACTOR, person=draft.id)
    draft.reminded_at = utc_now()
