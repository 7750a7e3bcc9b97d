"""The text that an event's hash covers is written at once, without a JSON value built before it."""

from alembic import op

revision = "0042"
down_revision = "0041"

# Both write the same text to the letter, so that every hash there is stays right.
HASH = """
CREATE OR REPLACE FUNCTION {schema}.event_hash(e {schema}.events, previous bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, ''::bytea) || convert_to({build}(
        e.id, e.stream, e.version, e.type, e.schema_version, e.data, e.metadata, e.person_id,
        encode(e.sealed, 'base64'), (extract(epoch FROM e.recorded_at) * 1000000)::bigint
    )::text, 'UTF8'))
$$
"""
SCHEMAS = ("public", "labs")


def upgrade() -> None:
    hash_with("json_build_array")


def downgrade() -> None:
    hash_with("jsonb_build_array")


def hash_with(build: str) -> None:
    for schema in SCHEMAS:
        op.execute(HASH.format(schema=schema, build=build))
