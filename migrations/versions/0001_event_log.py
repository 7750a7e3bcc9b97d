"""The event log, which refuses to be changed, and what each subscriber still owes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

# Postgres itself keeps the log append-only, whatever program is connected. The relay's own update,
# of relayed_at from nothing to a time, passes without a function call.
GUARD = """
CREATE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END $$;
CREATE TRIGGER refuse_change
    BEFORE DELETE OR UPDATE OF
        position, id, stream, version, type, schema_version, data, metadata, recorded_at
    ON events FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
CREATE TRIGGER refuse_second_relay
    BEFORE UPDATE OF relayed_at ON events FOR EACH ROW
    WHEN (OLD.relayed_at IS NOT NULL OR NEW.relayed_at IS NULL)
    EXECUTE FUNCTION refuse_change_of_event();
CREATE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_event();
"""


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("metadata", JSONB(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )
    op.create_index(
        "ix_events_unrelayed",
        "events",
        ["position", "stream", "version"],
        postgresql_where=sa.text("relayed_at IS NULL"),
    )
    op.create_index("uq_events_stream_version", "events", ["stream", "version"], unique=True)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column(
            "event_position", sa.BigInteger(), sa.ForeignKey("events.position"), nullable=False
        ),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("stream_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("status <> 'dead' OR last_error IS NOT NULL", name="dead_has_its_error"),
        sa.CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_its_time"),
        sa.CheckConstraint("status IN ('waiting', 'done', 'dead')", name="status_known"),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["not_before"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "ix_deliveries_unfinished",
        "deliveries",
        ["subscriber", "stream", "stream_version"],
        postgresql_where=sa.text("status <> 'done'"),
    )
    op.create_index(
        "uq_deliveries_event_subscriber",
        "deliveries",
        ["event_position", "subscriber"],
        unique=True,
    )
    op.execute(GUARD)


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("events")
    op.execute("DROP FUNCTION refuse_change_of_event")
