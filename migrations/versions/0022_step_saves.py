"""A step of a draft knows its last save: a page that has not seen it overwrites nothing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column(
        "drafts",
        sa.Column("step_saves", JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    op.drop_column("drafts", "step_saves")
