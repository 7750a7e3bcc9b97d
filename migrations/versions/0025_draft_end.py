"""Drafts come to an end, and their writers are reminded first."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_drafts_unsent",
        "drafts",
        ["saved_at"],
        postgresql_where=sa.text("submitted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_drafts_unsent", "drafts")
    op.drop_column("drafts", "reminded_at")
