"""An application can be withdrawn, and the queue shows whose answer is late."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

BEFORE = "status IN ('submitted', 'more_requested', 'accepted', 'declined')"
NOW = "status IN ('submitted', 'more_requested', 'accepted', 'declined', 'withdrawn')"
LATE = """
UPDATE queue_rows q SET late_since = last_word.recorded_at
FROM applications a, LATERAL (
    SELECT type, recorded_at FROM events
    WHERE stream = 'application-' || a.id AND type IN
        ('application.submitted', 'application.more_provided', 'application.answer_due')
    ORDER BY version DESC LIMIT 1
) last_word
WHERE a.id = q.application_id AND a.status = 'submitted' AND a.erased_at IS NULL
    AND last_word.type = 'application.answer_due'
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_applications_status_known"), "applications")
    op.create_check_constraint("status_known", "applications", NOW)
    op.add_column("queue_rows", sa.Column("late_since", sa.DateTime(timezone=True), nullable=True))
    op.execute(LATE)


def downgrade() -> None:
    op.drop_column("queue_rows", "late_since")
    # What was withdrawn needs no answer either.
    op.execute(
        "UPDATE applications SET status = 'declined', decided_at = now() WHERE status = 'withdrawn'"
    )
    op.drop_constraint(op.f("ck_applications_status_known"), "applications")
    op.create_check_constraint("status_known", "applications", BEFORE)
