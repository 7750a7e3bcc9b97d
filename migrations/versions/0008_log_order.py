"""An order of the log in which no event appears before one that was read already."""

import sqlalchemy as sa
from alembic import op

from app.database import XID8

revision = "0008"
down_revision = "0007"

GUARD = """
CREATE OR REPLACE TRIGGER refuse_change
    BEFORE DELETE OR UPDATE OF {columns}
    ON events FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
"""
CONTENT = "position, id, stream, version, type, schema_version, data, metadata, recorded_at"


def upgrade() -> None:
    # What was recorded before this migration lies below every horizon; its position orders it.
    op.add_column("events", sa.Column("horizon", XID8(), nullable=False, server_default="3"))
    op.alter_column("events", "horizon", server_default=sa.text("pg_current_xact_id()"))
    op.create_index("ix_events_horizon_position", "events", ["horizon", "position"])
    op.execute(GUARD.format(columns=f"{CONTENT}, horizon"))


def downgrade() -> None:
    op.execute(GUARD.format(columns=CONTENT))
    op.drop_index("ix_events_horizon_position", "events")
    op.drop_column("events", "horizon")
