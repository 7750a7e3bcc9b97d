"""A save rewrites a draft within its page, and leaves the indexes as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

UNSENT = sa.text("submitted_at IS NULL")


def upgrade() -> None:
    # For the rows that are written from now on; none is moved.
    op.execute("ALTER TABLE drafts SET (fillfactor = 50, toast_tuple_target = 8160)")
    op.drop_index("ix_drafts_unsent", "drafts")
    op.create_index("ix_drafts_unsent", "drafts", ["started_at"], postgresql_where=UNSENT)


def downgrade() -> None:
    op.drop_index("ix_drafts_unsent", "drafts")
    op.create_index("ix_drafts_unsent", "drafts", ["saved_at"], postgresql_where=UNSENT)
    op.execute("ALTER TABLE drafts RESET (fillfactor, toast_tuple_target)")
