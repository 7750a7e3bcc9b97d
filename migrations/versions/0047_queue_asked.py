"""The queue says since when a question waits for its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

ASKED = """
UPDATE queue_rows r SET asked_at = asked.at
FROM applications a CROSS JOIN LATERAL (
    SELECT max(recorded_at) AS at FROM events
    WHERE stream = 'application-' || a.id AND type = 'application.more_requested'
) asked
WHERE a.id = r.application_id AND a.status = 'more_requested' AND a.erased_at IS NULL
"""


def upgrade() -> None:
    op.add_column("queue_rows", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.execute(ASKED)


def downgrade() -> None:
    op.drop_column("queue_rows", "asked_at")
