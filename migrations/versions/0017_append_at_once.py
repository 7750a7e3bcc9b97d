"""An event finds its own place in its stream, so that appending is one statement."""

from alembic import op

revision = "0017"
down_revision = "0016"

# What runs in here sees what was committed while its statement waited for its turn.
PLACE_AND_CHAIN = """
CREATE OR REPLACE FUNCTION chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
CHAIN = """
CREATE OR REPLACE FUNCTION chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.hash := event_hash(NEW, (
        SELECT hash FROM events WHERE stream = NEW.stream AND version = NEW.version - 1
    ));
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.execute(PLACE_AND_CHAIN)
    # It is made of functions that are no more than that; said so, Postgres unfolds it in place.
    op.execute("ALTER FUNCTION event_hash STABLE")


def downgrade() -> None:
    op.execute("ALTER FUNCTION event_hash IMMUTABLE")
    op.execute(CHAIN)
