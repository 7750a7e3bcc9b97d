"""Outgoing webhooks: endpoints, messages, attempts, and how far the log has been followed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("event_types", JSONB(), nullable=False),
        sa.Column("with_personal", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("previous_secret", sa.String(), nullable=True),
        sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=False, server_default="enabled"),
        sa.Column(
            "status_since",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("disabled_because", sa.String(), nullable=True),
        sa.Column("failures_in_a_row", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_by_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint("status IN ('enabled', 'disabled')", name="status_known"),
        sa.CheckConstraint(
            "disabled_because IN ('failing', 'gone', 'staff')", name="disabled_because_known"
        ),
        sa.CheckConstraint(
            "(status = 'disabled') = (disabled_because IS NOT NULL)", name="disabled_has_its_reason"
        ),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_secret_until IS NULL)",
            name="previous_secret_has_its_end",
        ),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), sa.ForeignKey("events.id"), nullable=False),
        sa.Column(
            "endpoint_id",
            sa.Uuid(),
            sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("status", sa.String(), nullable=False, server_default="waiting"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column(
            "next_try_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'delivered', 'failed')", name="status_known"
        ),
        sa.CheckConstraint(
            "status <> 'sending' OR claimed_at IS NOT NULL", name="sending_is_claimed"
        ),
    )
    op.create_index(
        "uq_webhook_messages_event_endpoint",
        "webhook_messages",
        ["event_id", "endpoint_id"],
        unique=True,
    )
    op.create_index(
        "ix_webhook_messages_latest", "webhook_messages", ["endpoint_id", "created_at", "id"]
    )
    op.create_index(
        "ix_webhook_messages_unfinished",
        "webhook_messages",
        ["endpoint_id", "next_try_at"],
        postgresql_where=sa.text("status IN ('waiting', 'sending')"),
    )
    op.create_index(
        "ix_webhook_messages_undelivered",
        "webhook_messages",
        ["endpoint_id", "status"],
        postgresql_where=sa.text("status <> 'delivered'"),
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column(
            "message_id",
            sa.Uuid(),
            sa.ForeignKey("webhook_messages.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(http_status IS NULL) <> (error IS NULL)", name="has_a_status_or_an_error"
        ),
    )
    op.create_index("ix_webhook_attempts_message_id", "webhook_attempts", ["message_id"])
    op.create_table(
        "webhook_place",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def downgrade() -> None:
    op.drop_table("webhook_place")
    op.drop_table("webhook_attempts")
    op.drop_table("webhook_messages")
    op.drop_table("webhook_endpoints")
