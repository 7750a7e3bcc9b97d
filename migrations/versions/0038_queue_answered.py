"""The queue says when a prospect has answered a question."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

ANSWERED = """
UPDATE queue_rows r SET answered_at = last_word.recorded_at
FROM applications a CROSS JOIN LATERAL (
    SELECT type, recorded_at FROM events
    WHERE stream = 'application-' || a.id AND type IN
        ('application.submitted', 'application.more_provided', 'application.answer_due')
    ORDER BY version DESC LIMIT 1
) last_word
WHERE a.id = r.application_id AND a.status IN ('submitted', 'held') AND a.erased_at IS NULL
  AND last_word.type = 'application.more_provided'
"""


def upgrade() -> None:
    op.add_column("queue_rows", sa.Column("answered_at", sa.DateTime(timezone=True)))
    op.execute(ANSWERED)


def downgrade() -> None:
    op.drop_column("queue_rows", "answered_at")
