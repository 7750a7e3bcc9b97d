"""A mail's tries with an unclear outcome are counted separately."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

# Before, the latest error said so.
ONE_SO_FAR = """
UPDATE mail_messages SET unclear_tries = 1
WHERE status <> 'sent' AND last_error LIKE 'It may have arrived: %'
"""


def upgrade() -> None:
    op.add_column(
        "mail_messages",
        sa.Column("unclear_tries", sa.Integer(), nullable=False, server_default="0"),
    )
    op.execute(ONE_SO_FAR)


def downgrade() -> None:
    op.drop_column("mail_messages", "unclear_tries")
