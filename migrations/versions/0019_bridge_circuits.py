"""A bridge waits by its circuit, no longer by a time of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.drop_column("bridges", "not_before")


def downgrade() -> None:
    op.add_column(
        "bridges",
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
