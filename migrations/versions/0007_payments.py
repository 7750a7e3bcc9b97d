"""Deposits, the tries to pay them by card, and what Stripe said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "engagement_id", sa.Uuid(), sa.ForeignKey("engagements.id"), nullable=False, unique=True
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="due"),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.String(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint("amount_cents > 0", name="amount_positive"),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_a_code"),
        sa.CheckConstraint("method IN ('stripe', 'bank_transfer')", name="method_known"),
        sa.CheckConstraint(
            "(status = 'paid') = (paid_at IS NOT NULL)"
            " AND (status = 'paid') = (method IS NOT NULL)",
            name="paid_has_its_time_and_method",
        ),
        sa.CheckConstraint("status IN ('due', 'paid')", name="status_known"),
        sa.CheckConstraint(
            "(method IS NOT DISTINCT FROM 'bank_transfer') = (recorded_by_id IS NOT NULL)"
            " AND (recorded_by_id IS NULL) = (received_on IS NULL)"
            " AND (bank_reference IS NULL OR received_on IS NOT NULL)",
            name="transfer_has_its_witness",
        ),
    )
    op.create_table(
        "checkout_attempts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("deposit_id", sa.Uuid(), sa.ForeignKey("deposits.id"), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False, unique=True),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="opening"),
        sa.Column("stripe_session_id", sa.String(), nullable=True, unique=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('open', 'processing', 'complete') OR stripe_session_id IS NOT NULL",
            name="answered_has_its_session",
        ),
        sa.CheckConstraint("status <> 'open' OR url IS NOT NULL", name="open_has_its_page"),
        sa.CheckConstraint(
            "status IN ('opening', 'open', 'expired', 'processing', 'failed', 'complete')",
            name="status_known",
        ),
    )
    op.create_index("ix_checkout_attempts_deposit_id", "checkout_attempts", ["deposit_id"])
    op.create_index(
        "uq_checkout_attempts_payable",
        "checkout_attempts",
        ["deposit_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('opening', 'open')"),
    )
    op.create_table(
        "stripe_events",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("stripe_event_id", sa.String(), nullable=False, unique=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("deposit_id", sa.Uuid(), sa.ForeignKey("deposits.id"), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (handled_at IS NULL)", name="handled_has_its_outcome"
        ),
    )
    op.create_index("ix_stripe_events_deposit_id", "stripe_events", ["deposit_id"])


def downgrade() -> None:
    op.drop_table("stripe_events")
    op.drop_table("checkout_attempts")
    op.drop_table("deposits")
