"""Stripe's events are stored with only the fields that are read, as the others name the payer; the
labs' sandboxes are counted by the network that they were opened from."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

# What is settled is read no more.
SETTLED = "UPDATE stripe_events SET payload = '{}' WHERE handled_at IS NOT NULL"
WAITING = """
UPDATE stripe_events SET payload = jsonb_build_object(
    'livemode', payload -> 'livemode',
    'data', jsonb_build_object('object', (
        SELECT jsonb_object_agg(key, CASE key
            WHEN 'metadata' THEN jsonb_build_object('deposit_id', value -> 'deposit_id')
            ELSE value END)
        FROM jsonb_each(CASE jsonb_typeof(payload #> '{data,object}')
            WHEN 'object' THEN payload #> '{data,object}' ELSE '{}' END)
        WHERE key IN ('id', 'mode', 'payment_status', 'amount_total', 'currency',
            'client_reference_id', 'metadata')
    ))
)
WHERE handled_at IS NULL
"""


def upgrade() -> None:
    op.execute(SETTLED)
    op.execute(WAITING)
    op.add_column("sandboxes", sa.Column("network", sa.LargeBinary()), schema="labs")


def downgrade() -> None:
    # What is gone of the payloads is gone; the release before reads no more of them.
    op.drop_column("sandboxes", "network", schema="labs")
