"""The queue has a table of its own; nothing sorts applications by their time any more."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.drop_index("ix_applications_submitted_at", "applications")


def downgrade() -> None:
    op.create_index("ix_applications_submitted_at", "applications", ["submitted_at", "id"])
