"""The questions of each version that somebody was asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("version", sa.String(), primary_key=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column(
            "first_asked_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )


def downgrade() -> None:
    op.drop_table("questionnaires")
