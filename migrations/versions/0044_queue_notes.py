"""The queue says how many notes among staff an application has."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    # No note is older than this: the release that brings it is the first to take any.
    op.add_column(
        "queue_rows", sa.Column("notes", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    op.drop_column("queue_rows", "notes")
