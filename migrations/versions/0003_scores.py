"""Scores."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "scores",
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("applications.id"), primary_key=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("recommended_kind", sa.String(), nullable=False),
        sa.Column("rubric_version", sa.String(), nullable=False),
        sa.Column("result", JSONB(), nullable=False),
        sa.Column(
            "scored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.CheckConstraint("total BETWEEN 0 AND 100", name="total_in_range"),
    )


def downgrade() -> None:
    op.drop_table("scores")
