"""Claims on deliveries, and subscribers that are told to wait."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("claim", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("deliveries", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "paused_subscribers",
        sa.Column("subscriber", sa.String(), primary_key=True),
        sa.Column(
            "paused_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )


def downgrade() -> None:
    op.drop_table("paused_subscribers")
    op.drop_column("deliveries", "claimed_at")
    op.drop_column("deliveries", "claim")
