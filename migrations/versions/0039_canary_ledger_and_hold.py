"""For operators: the canary's event may be relayed again, and its arrival is noted; the erasures
that the ledger lacks; and whether everything outbound is held back."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

# What has been relayed stays so; the mark says nothing of what has happened, and no hash covers it.
GUARD = """
CREATE OR REPLACE TRIGGER refuse_second_relay
    BEFORE UPDATE OF relayed_at ON {schema}.events FOR EACH ROW
    WHEN ((OLD.relayed_at IS NOT NULL OR NEW.relayed_at IS NULL){but_for})
    EXECUTE FUNCTION {schema}.refuse_change_of_event()
"""
ERASED_BEFORE = """
INSERT INTO erasures_to_enter (person_id, erased_at)
SELECT draft_id, erased_at FROM applications WHERE erased_at IS NOT NULL
"""
SCHEMAS = ("public", "labs")


def upgrade() -> None:
    op.create_table(
        "canary_arrivals",
        sa.Column(
            "event_position", sa.BigInteger(), sa.ForeignKey("events.position"), primary_key=True
        ),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "erasures_to_enter",
        sa.Column("person_id", sa.Uuid(), primary_key=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(ERASED_BEFORE)
    op.create_table(
        "outbound_holds",
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("now()"), primary_key=True
        ),
    )
    guard(but_for=" AND OLD.type <> 'canary.released'")


def downgrade() -> None:
    guard(but_for="")
    op.drop_table("outbound_holds")
    op.drop_table("erasures_to_enter")
    op.drop_table("canary_arrivals")


def guard(but_for: str) -> None:
    for schema in SCHEMAS:
        op.execute(GUARD.format(schema=schema, but_for=but_for))
