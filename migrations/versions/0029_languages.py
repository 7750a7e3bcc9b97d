"""Drafts and applications know the language that they are written in."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    for table in ("drafts", "applications"):
        op.add_column(
            table, sa.Column("language", sa.String(), nullable=False, server_default="en")
        )


def downgrade() -> None:
    for table in ("applications", "drafts"):
        op.drop_column(table, "language")
