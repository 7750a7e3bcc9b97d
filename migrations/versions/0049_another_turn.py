"""A visitor of a lab can ask for another hour in a sandbox."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("sandboxes", sa.Column("extended_at", sa.DateTime(timezone=True)), schema="labs")


def downgrade() -> None:
    op.drop_column("sandboxes", "extended_at", schema="labs")
