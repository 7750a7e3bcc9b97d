"""What comes after a payment: refunds and disputes, matched by Stripe's id of the payment."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

# Which payments came although the deposit was paid, as far as that is still known.
MARK_EXTRA = """
UPDATE checkout_attempts SET is_extra = true
FROM deposits
WHERE deposits.id = checkout_attempts.deposit_id AND checkout_attempts.status = 'complete'
  AND (
    deposits.method = 'bank_transfer'
    OR EXISTS (
        SELECT FROM stripe_events
        WHERE stripe_events.deposit_id = deposits.id AND outcome LIKE 'Second payment%'
          AND payload #>> '{data,object,client_reference_id}' = CAST(checkout_attempts.id AS text)
    )
  )
"""


def upgrade() -> None:
    op.add_column("checkout_attempts", sa.Column("payment_intent", sa.String()))
    op.add_column(
        "checkout_attempts",
        sa.Column("is_extra", sa.Boolean(), nullable=False, server_default="false"),
    )
    op.execute(MARK_EXTRA)
    op.create_unique_constraint(
        "uq_checkout_attempts_payment_intent", "checkout_attempts", ["payment_intent"]
    )
    op.create_check_constraint(
        "extra_is_paid", "checkout_attempts", "NOT is_extra OR status = 'complete'"
    )
    create_refunds()
    create_disputes()


def create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("deposit_id", sa.Uuid(), sa.ForeignKey("deposits.id"), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), sa.ForeignKey("checkout_attempts.id")),
        sa.Column("stripe_refund_id", sa.String(), unique=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("bank_reference", sa.String()),
        created_at(),
        sa.CheckConstraint("amount_cents > 0", name="amount_positive"),
        sa.CheckConstraint(
            "status IN ('pending', 'succeeded', 'failed', 'canceled')", name="status_known"
        ),
        sa.CheckConstraint(
            "(attempt_id IS NULL) = (stripe_refund_id IS NULL)"
            " AND (attempt_id IS NULL) = (recorded_by_id IS NOT NULL)",
            name="by_card_or_by_transfer",
        ),
        sa.CheckConstraint(
            "recorded_by_id IS NULL OR status = 'succeeded'", name="transfer_was_made"
        ),
        sa.CheckConstraint(
            "bank_reference IS NULL OR recorded_by_id IS NOT NULL", name="transfer_has_its_witness"
        ),
    )
    op.create_index("ix_refunds_deposit_id", "refunds", ["deposit_id"])


def create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("deposit_id", sa.Uuid(), sa.ForeignKey("deposits.id"), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), sa.ForeignKey("checkout_attempts.id"), nullable=False),
        sa.Column("stripe_dispute_id", sa.String(), nullable=False, unique=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True)),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        created_at(),
        sa.CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_a_code"),
        sa.CheckConstraint("status <> '' AND reason <> ''", name="described"),
    )
    op.create_index("ix_disputes_deposit_id", "disputes", ["deposit_id"])


def created_at() -> "sa.Column[object]":
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
    )


def downgrade() -> None:
    op.drop_table("disputes")
    op.drop_table("refunds")
    op.drop_column("checkout_attempts", "is_extra")
    op.drop_column("checkout_attempts", "payment_intent")
