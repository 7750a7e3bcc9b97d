"""A mail's refusals are counted separately; unsent rows can be counted without reading sent
ones."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
OUTBOXES = ("mail_messages", "chat_messages")


def upgrade() -> None:
    op.add_column(
        "mail_messages", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0")
    )
    for table in OUTBOXES:
        op.create_index(
            f"ix_{table}_status", table, ["status"], postgresql_where=sa.text("status <> 'sent'")
        )
    op.create_index("ix_chat_messages_sent_at", "chat_messages", ["sent_at"])


def downgrade() -> None:
    op.drop_index("ix_chat_messages_sent_at", "chat_messages")
    for table in OUTBOXES:
        op.drop_index(f"ix_{table}_status", table)
    op.drop_column("mail_messages", "refusals")
