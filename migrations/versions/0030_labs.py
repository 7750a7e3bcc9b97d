"""The labs' own schema: a second backbone, made as a copy of the site's, and what they keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"

BACKBONE = (
    "events",
    "log_epochs",
    "person_keys",
    "deliveries",
    "delivery_tries",
    "paused_subscribers",
)
# LIKE leaves these out.
REFERENCES = """
ALTER TABLE labs.deliveries ADD CONSTRAINT fk_deliveries_event_position_events
    FOREIGN KEY (event_position) REFERENCES labs.events (position);
ALTER TABLE labs.delivery_tries ADD CONSTRAINT fk_delivery_tries_delivery_id_deliveries
    FOREIGN KEY (delivery_id) REFERENCES labs.deliveries (id);
"""
# As the site's own, each over its schema's tables. A sandbox is emptied in the end, so the one that
# refuses changes lets rows be deleted here.
FUNCTIONS = """
CREATE FUNCTION labs.log_horizon(id xid8) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id::text::bigint + coalesce((SELECT max(shift) FROM log_epochs), 0)
$$;
CREATE FUNCTION labs.event_hash(e labs.events, previous bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, ''::bytea) || convert_to(jsonb_build_array(
        e.id, e.stream, e.version, e.type, e.schema_version, e.data, e.metadata, e.person_id,
        encode(e.sealed, 'base64'), (extract(epoch FROM e.recorded_at) * 1000000)::bigint
    )::text, 'UTF8'))
$$;
CREATE FUNCTION labs.chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous record;
BEGIN
    SELECT version, horizon, hash INTO previous FROM events
    WHERE stream = NEW.stream ORDER BY version DESC LIMIT 1;
    NEW.version := coalesce(NEW.version, previous.version + 1, 1);
    NEW.horizon := greatest(NEW.horizon, previous.horizon);
    NEW.hash := event_hash(NEW, previous.hash);
    RETURN NEW;
END $$;
CREATE FUNCTION labs.refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END $$;
ALTER TABLE labs.events ALTER COLUMN horizon SET DEFAULT labs.log_horizon(pg_current_xact_id());
"""
TRIGGERS = """
CREATE TRIGGER chain BEFORE INSERT ON labs.events FOR EACH ROW EXECUTE FUNCTION labs.chain_event();
CREATE TRIGGER refuse_change
    BEFORE UPDATE OF
        position, id, stream, version, type, schema_version, data, metadata, recorded_at, horizon
    ON labs.events FOR EACH ROW EXECUTE FUNCTION labs.refuse_change_of_event();
CREATE TRIGGER refuse_second_relay
    BEFORE UPDATE OF relayed_at ON labs.events FOR EACH ROW
    WHEN (OLD.relayed_at IS NOT NULL OR NEW.relayed_at IS NULL)
    EXECUTE FUNCTION labs.refuse_change_of_event();
CREATE TRIGGER refuse_truncate
    BEFORE TRUNCATE ON labs.events FOR EACH STATEMENT
    EXECUTE FUNCTION labs.refuse_change_of_event();
"""
# One sandbox is one trace.
OF_A_SANDBOX = """
CREATE INDEX ix_events_sandbox ON labs.events ((metadata ->> 'correlation_id'), position)
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA labs")
    for table in BACKBONE:
        op.execute(f"CREATE TABLE labs.{table} (LIKE public.{table} INCLUDING ALL)")
    op.execute(REFERENCES)
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)
    op.execute(OF_A_SANDBOX)
    op.create_table(
        "sandboxes",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lab", sa.String(), nullable=False),
        sa.Column("opened_at", moment := sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        schema="labs",
    )
    op.create_table(
        "consumers",
        sandbox(primary_key=True),
        sa.Column("subscriber", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(), nullable=False, server_default="running"),
        sa.Column("back_at", moment),
        sa.CheckConstraint("state IN ('running', 'stopped', 'killed')", name="state_known"),
        sa.CheckConstraint("(state = 'killed') = (back_at IS NOT NULL)", name="killed_comes_back"),
        schema="labs",
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sandbox(index=True),
        sa.Column("at", moment, nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        schema="labs",
    )
    op.create_table(
        "effects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sandbox(index=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False, server_default="0"),
        schema="labs",
    )


def sandbox(*, primary_key: bool = False, index: bool = False) -> sa.Column:
    """The sandbox that a row belongs to, and with which it goes."""
    return sa.Column(
        "sandbox_id",
        sa.Uuid(),
        sa.ForeignKey("labs.sandboxes.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=index,
    )


def downgrade() -> None:
    op.execute("DROP SCHEMA labs CASCADE")
