"""The queue lists last what was never scored, and shows a price that was offered."""

from alembic import op

revision = "0055"
down_revision = "0054"

LAST = "UPDATE queue_rows SET rank = 0 WHERE band IS NULL AND NOT is_open"
FIRST = "UPDATE queue_rows SET rank = 101 WHERE band IS NULL"
NOT_OFFERED = """
UPDATE queue_rows r
SET kind = (SELECT recommended_kind FROM scores s WHERE s.application_id = r.application_id),
    total_cents = NULL, currency = NULL, billing = NULL
WHERE NOT is_open AND currency IS NOT NULL AND NOT EXISTS (
    SELECT FROM engagements e JOIN events o ON o.stream = 'engagement-' || e.id
    WHERE e.application_id = r.application_id AND o.type = 'engagement.offered'
)
"""
PROPOSED = """
UPDATE queue_rows r
SET kind = e.kind, total_cents = e.total_cents, currency = e.currency,
    billing = e.quote ->> 'billing'
FROM engagements e WHERE e.application_id = r.application_id AND r.currency IS NULL
"""


def upgrade() -> None:
    op.execute(LAST)
    op.execute(NOT_OFFERED)


def downgrade() -> None:
    op.execute(FIRST)
    op.execute(PROPOSED)
