"""The queue says who of the staff has taken an application."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    # Nothing was taken before this release: it is the first in which anything can be.
    op.add_column("queue_rows", sa.Column("taken_by", sa.String(), nullable=True))
    # No row of the queue is written meanwhile, for some hundredths of a second with 20,000 of them.
    op.create_index(
        "ix_queue_rows_taken",
        "queue_rows",
        ["taken_by"],
        postgresql_where=sa.text("taken_by IS NOT NULL"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_queue_rows_taken", "queue_rows")
    op.drop_column("queue_rows", "taken_by")
