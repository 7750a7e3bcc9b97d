"""The queue shows each price in its own currency, and adds up each currency by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

CURRENCIES = """
UPDATE queue_rows r SET currency = e.currency
FROM engagements e WHERE e.application_id = r.application_id
"""
# Under a new name, so that a worker of the release before has no part in it.
FIGURES = """
INSERT INTO queue_figures (name, key, amount)
SELECT 'open_value', billing || ' ' || currency, sum(total_cents) FROM queue_rows
WHERE is_open AND total_cents IS NOT NULL GROUP BY billing, currency;
DELETE FROM queue_figures WHERE name = 'open_cents';
"""
FIGURES_BEFORE = """
INSERT INTO queue_figures (name, key, amount)
SELECT 'open_cents', billing, sum(total_cents) FROM queue_rows
WHERE is_open AND total_cents IS NOT NULL GROUP BY billing;
DELETE FROM queue_figures WHERE name = 'open_value';
"""


def upgrade() -> None:
    op.add_column("queue_rows", sa.Column("currency", sa.String()))
    op.execute(CURRENCIES)
    op.execute(FIGURES)


def downgrade() -> None:
    op.execute(FIGURES_BEFORE)
    op.drop_column("queue_rows", "currency")
