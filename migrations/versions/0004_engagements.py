"""Engagements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "engagements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "application_id",
            sa.Uuid(),
            sa.ForeignKey("applications.id"),
            nullable=False,
            unique=True,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="proposed"),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("deposit_cents", sa.Integer(), nullable=False),
        sa.Column("quote", JSONB(), nullable=False),
        sa.Column("accepted_name", sa.String(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint(
            "(status IN ('accepted', 'active')) = (accepted_at IS NOT NULL)"
            " AND (accepted_at IS NULL) = (accepted_name IS NULL)",
            name="accepted_has_name_and_time",
        ),
        sa.CheckConstraint("deposit_cents BETWEEN 0 AND total_cents", name="deposit_within_total"),
        sa.CheckConstraint("kind IN ('sprint', 'build', 'fractional')", name="kind_known"),
        sa.CheckConstraint(
            "status IN ('proposed', 'offered', 'accepted', 'active', 'closed')", name="status_known"
        ),
        sa.CheckConstraint("total_cents > 0", name="total_positive"),
    )


def downgrade() -> None:
    op.drop_table("engagements")
