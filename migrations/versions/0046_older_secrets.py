"""An endpoint of webhooks keeps every secret that still signs, however soon it was replaced."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column(
        "webhook_endpoints",
        sa.Column("older_secrets", JSONB(), nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    op.drop_column("webhook_endpoints", "older_secrets")
