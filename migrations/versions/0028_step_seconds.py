"""How long each page took is kept with the draft, and told to those who come after."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column(
        "drafts",
        sa.Column("step_seconds", JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    op.drop_column("drafts", "step_seconds")
