"""An order of the log in which no event appears before one that was read already."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

HORIZON = """
CREATE FUNCTION log_horizon(id xid8) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id::text::bigint + coalesce((SELECT max(shift) FROM log_epochs), 0)
$$;
"""
GUARD = """
CREATE OR REPLACE TRIGGER refuse_change
    BEFORE DELETE OR UPDATE OF {columns}
    ON events FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
"""
CONTENT = "position, id, stream, version, type, schema_version, data, metadata, recorded_at"


def upgrade() -> None:
    op.create_table(
        "log_epochs",
        sa.Column("shift", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
    )
    op.execute(HORIZON)
    # What was recorded before this migration lies below every horizon; its position orders it.
    op.add_column(
        "events", sa.Column("horizon", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.alter_column(
        "events", "horizon", server_default=sa.text("log_horizon(pg_current_xact_id())")
    )
    op.create_index("ix_events_horizon_position", "events", ["horizon", "position"])
    op.execute(GUARD.format(columns=f"{CONTENT}, horizon"))


def downgrade() -> None:
    op.execute(GUARD.format(columns=CONTENT))
    op.drop_index("ix_events_horizon_position", "events")
    op.drop_column("events", "horizon")
    op.execute("DROP FUNCTION log_horizon")
    op.drop_table("log_epochs")
