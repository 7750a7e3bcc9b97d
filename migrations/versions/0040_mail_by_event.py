"""A draft's mail is found by an index, when the person is erased or the draft ends."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    # Mail is not written meanwhile, for less than a second with 200,000 of them. Where there are
    # millions, CREATE INDEX CONCURRENTLY beforehand, under this name, leaves nothing to do.
    op.create_index(
        "ix_mail_messages_event",
        "mail_messages",
        [sa.text("split_part(key, ':', 1)")],
        postgresql_where=sa.text("application_id IS NULL"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_mail_messages_event", "mail_messages")
