"""Each failed try, totals that need no counting, and replays of a frozen set of dead letters."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

CAUSE = "(metadata ->> 'causation_id')"


def upgrade() -> None:
    op.create_table(
        "delivery_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("delivery_id", sa.BigInteger(), sa.ForeignKey("deliveries.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("ix_delivery_tries_delivery_id", "delivery_tries", ["delivery_id"])
    op.create_index("ix_delivery_tries_ended_at", "delivery_tries", ["ended_at"])
    op.create_table(
        "delivery_totals",
        sa.Column("subscriber", sa.String(), primary_key=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("counted_until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_deliveries_done_at", "deliveries", ["done_at"], postgresql_using="brin")
    op.create_index(
        "ix_events_causation",
        "events",
        [sa.text(CAUSE)],
        postgresql_where=sa.text(f"{CAUSE} IS NOT NULL"),
    )
    op.create_table(
        "replays",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column(
            "chosen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(started_at IS NULL) = (started_by IS NULL)", name="started_by_somebody"
        ),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_somebody"
        ),
        sa.CheckConstraint(
            "started_at IS NOT NULL OR (cancelled_at IS NULL AND finished_at IS NULL)",
            name="ends_after_its_start",
        ),
    )
    op.create_index(
        "ix_replays_running",
        "replays",
        ["started_at"],
        postgresql_where=sa.text("started_at IS NOT NULL AND finished_at IS NULL"),
    )
    op.create_table(
        "replay_items",
        sa.Column("replay_id", sa.Uuid(), sa.ForeignKey("replays.id"), primary_key=True),
        sa.Column("delivery_id", sa.BigInteger(), sa.ForeignKey("deliveries.id"), primary_key=True),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, server_default="chosen"),
        sa.Column("put_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('chosen', 'put_back', 'done', 'dead', 'gone')", name="state_known"
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'dead', 'gone')) = (settled_at IS NOT NULL)",
            name="settled_has_its_time",
        ),
        sa.CheckConstraint(
            "(state IN ('chosen', 'gone')) = (put_back_at IS NULL)", name="put_back_has_its_time"
        ),
        sa.CheckConstraint("(state = 'dead') = (error IS NOT NULL)", name="dead_has_its_error"),
    )
    op.create_index(
        "ix_replay_items_open",
        "replay_items",
        ["replay_id", "state"],
        postgresql_where=sa.text("state IN ('chosen', 'put_back')"),
    )


def downgrade() -> None:
    op.drop_table("replay_items")
    op.drop_table("replays")
    op.drop_index("ix_events_causation", "events")
    op.drop_index("ix_deliveries_done_at", "deliveries")
    op.drop_table("delivery_totals")
    op.drop_table("delivery_tries")
