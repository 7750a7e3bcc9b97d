"""Events that are to be recorded later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

UNSETTLED = sa.text("recorded_position IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "scheduled_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("metadata", JSONB(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_position", sa.BigInteger(), sa.ForeignKey("events.position"), nullable=True
        ),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "recorded_position IS NULL OR cancelled_at IS NULL", name="one_way_to_end"
        ),
    )
    op.create_index(
        "ix_scheduled_events_due",
        "scheduled_events",
        ["due_at", "id"],
        postgresql_where=UNSETTLED,
    )
    op.create_index(
        "ix_scheduled_events_stream",
        "scheduled_events",
        ["stream", "due_at"],
        postgresql_where=UNSETTLED,
    )


def downgrade() -> None:
    op.drop_table("scheduled_events")
