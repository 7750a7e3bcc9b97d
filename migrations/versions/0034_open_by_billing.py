"""The open value at fixed prices and per month become two figures, and an application's weakness is
a criterion for which it got few points."""

from alembic import op

revision = "0034"
down_revision = "0033"

# Under a new name, so that a worker of the release before has no part in it.
FIGURES = """
INSERT INTO queue_figures (name, key, amount)
SELECT 'open_cents', billing, sum(total_cents) FROM queue_rows
WHERE is_open AND billing IS NOT NULL AND total_cents IS NOT NULL GROUP BY billing;
DELETE FROM queue_figures WHERE name = 'proposed_cents';
"""
FIGURE_BEFORE = """
INSERT INTO queue_figures (name, key, amount)
SELECT 'proposed_cents', 'open', sum(total_cents) FROM queue_rows
WHERE is_open AND total_cents IS NOT NULL HAVING count(*) > 0;
DELETE FROM queue_figures WHERE name = 'open_cents';
"""
WEAKEST = """
UPDATE queue_rows r SET weakest = (
    SELECT c ->> 'reason'
    FROM scores s, jsonb_array_elements(s.result -> 'criteria') WITH ORDINALITY AS t (c, place)
    WHERE s.application_id = r.application_id
        AND {few} CAST(c -> 'out_of' AS int)
    ORDER BY CAST(c -> 'out_of' AS int) - CAST(c -> 'points' AS int) DESC, place
    LIMIT 1
)
"""


def upgrade() -> None:
    op.execute(FIGURES)
    op.execute(WEAKEST.format(few="2 * CAST(c -> 'points' AS int) <="))


def downgrade() -> None:
    op.execute(FIGURE_BEFORE)
    op.execute(WEAKEST.format(few="CAST(c -> 'points' AS int) <"))
