"""Messages between prospects and staff, and which applications wait for a reply."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "taken_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_messages")),
    )
    op.add_column(
        "queue_rows", sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_queue_rows_unanswered",
        "queue_rows",
        ["application_id"],
        postgresql_where=sa.text("unanswered_since IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_queue_rows_unanswered", "queue_rows")
    op.drop_column("queue_rows", "unanswered_since")
    op.drop_table("taken_messages")
