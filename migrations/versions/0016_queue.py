"""The queue and its figures as tables of their own, filled with what there is."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# A row has the times of its events since this release; before, they were a moment apart.
TIMES = """
UPDATE applications a SET submitted_at = e.recorded_at
FROM events e WHERE e.stream = 'application-' || a.id AND e.version = 1;
UPDATE applications a SET decided_at = e.recorded_at
FROM events e WHERE e.stream = 'application-' || a.id
    AND e.type IN ('application.accepted', 'application.declined');
UPDATE scores s SET scored_at = e.recorded_at
FROM events e WHERE e.stream = 'application-' || s.application_id
    AND e.type = 'application.scored';
UPDATE engagements g SET created_at = e.recorded_at
FROM events e WHERE e.stream = 'engagement-' || g.id AND e.version = 1;
UPDATE engagements g SET accepted_at = e.recorded_at
FROM events e WHERE e.stream = 'engagement-' || g.id AND e.type = 'engagement.accepted';
"""
ROWS = """
INSERT INTO queue_rows
SELECT a.id, a.reference, a.name,
    CASE WHEN a.erased_at IS NULL THEN a.company ELSE 'Erased' END,
    concat_ws(chr(10), a.name, a.company, a.email, a.reference),
    CASE WHEN a.erased_at IS NULL OR a.decided_at IS NOT NULL THEN a.status ELSE 'erased' END,
    a.erased_at IS NULL AND a.decided_at IS NULL,
    coalesce(s.total, 101), s.band, s.result ->> 'band_label', strongest.reason, weakest.reason,
    coalesce(e.kind, s.recommended_kind), e.total_cents, e.quote ->> 'billing',
    a.submitted_at, a.decided_at
FROM applications a
LEFT JOIN scores s ON s.application_id = a.id
LEFT JOIN engagements e ON e.application_id = a.id
LEFT JOIN LATERAL (
    SELECT c ->> 'reason' AS reason
    FROM jsonb_array_elements(s.result -> 'criteria') WITH ORDINALITY AS t (c, place)
    ORDER BY CAST(c -> 'points' AS float8) / CAST(c -> 'out_of' AS float8) DESC,
        CAST(c -> 'out_of' AS int) DESC, place
    LIMIT 1
) strongest ON true
LEFT JOIN LATERAL (
    SELECT c ->> 'reason' AS reason
    FROM jsonb_array_elements(s.result -> 'criteria') WITH ORDINALITY AS t (c, place)
    WHERE CAST(c -> 'points' AS int) < CAST(c -> 'out_of' AS int)
    ORDER BY CAST(c -> 'out_of' AS int) - CAST(c -> 'points' AS int) DESC, place
    LIMIT 1
) weakest ON true;
INSERT INTO queue_figures (name, key, amount)
SELECT f.name, f.key, sum(f.amount)
FROM queue_rows r
CROSS JOIN LATERAL (VALUES
    ('status', r.status, 1),
    ('band', r.band, 1),
    ('proposed_cents', CASE WHEN r.is_open THEN 'open' END, r.total_cents),
    ('submitted_on', to_char(r.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 1),
    ('minutes_to_decision',
        CAST(floor(extract(epoch FROM r.decided_at - r.submitted_at) / 60) AS text), 1)
) AS f (name, key, amount)
WHERE f.key IS NOT NULL AND f.amount IS NOT NULL
GROUP BY f.name, f.key;
"""


def upgrade() -> None:
    op.create_table(
        "queue_rows",
        sa.Column("application_id", sa.Uuid(), primary_key=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("band_label", sa.String(), nullable=True),
        sa.Column("strongest", sa.String(), nullable=True),
        sa.Column("weakest", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("total_cents", sa.Integer(), nullable=True),
        sa.Column("billing", sa.String(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
    )
    best, newest = ["rank", "submitted_at", "application_id"], ["submitted_at", "application_id"]
    op.create_index("ix_queue_rows_best", "queue_rows", best)
    op.create_index("ix_queue_rows_newest", "queue_rows", newest)
    is_open = sa.text("is_open")
    op.create_index("ix_queue_rows_open_best", "queue_rows", best, postgresql_where=is_open)
    op.create_index("ix_queue_rows_open_newest", "queue_rows", newest, postgresql_where=is_open)
    op.create_table(
        "queue_figures",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
    )
    op.execute(TIMES)
    op.execute(ROWS)


def downgrade() -> None:
    op.drop_table("queue_figures")
    op.drop_table("queue_rows")
