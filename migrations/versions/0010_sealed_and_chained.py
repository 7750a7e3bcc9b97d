"""Personal data in events sealed under a key per person, and a chain of hashes over each stream."""

import uuid

import msgspec
import sqlalchemy as sa
from alembic import op

from app.events.integrity.sealing import new_key, seal, unseal

revision = "0010"
down_revision = "0009"

HASH = """
CREATE FUNCTION event_hash(e events, previous bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(previous, ''::bytea) || convert_to(jsonb_build_array(
        e.id, e.stream, e.version, e.type, e.schema_version, e.data, e.metadata, e.person_id,
        encode(e.sealed, 'base64'), (extract(epoch FROM e.recorded_at) * 1000000)::bigint
    )::text, 'UTF8'))
$$;
CREATE FUNCTION chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.hash := event_hash(NEW, (
        SELECT hash FROM events WHERE stream = NEW.stream AND version = NEW.version - 1
    ));
    RETURN NEW;
END $$;
"""
CHAIN_WHAT_IS_THERE = """
DO $$ DECLARE e events; BEGIN
    FOR e IN SELECT * FROM events ORDER BY stream, version LOOP
        UPDATE events SET hash = event_hash(e, (
            SELECT hash FROM events p WHERE p.stream = e.stream AND p.version = e.version - 1
        )) WHERE position = e.position;
    END LOOP;
END $$;
"""
CHAIN_WHAT_COMES = """
CREATE TRIGGER chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain_event();
"""
GUARD = """
CREATE OR REPLACE TRIGGER refuse_change
    BEFORE DELETE OR UPDATE OF {columns}
    ON events FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
"""
CONTENT = (
    "position, id, stream, version, type, schema_version, data, metadata, recorded_at, horizon"
)

# As they stood when events were first sealed; the empty value stays in the payload.
PERSONAL = {
    "draft.link_requested": {"email": "", "resume_token": ""},
    "application.submitted": {"name": "", "email": "", "company": "", "answers": {}},
    "application.more_requested": {"message": ""},
    "application.more_provided": {"message": ""},
    "application.accepted": {"message": ""},
    "application.declined": {"message": ""},
    "engagement.accepted": {"accepted_name": ""},
}
UNSEALED = sa.text("""
SELECT e.position, e.id, e.type, e.data,
    coalesce(a.draft_id, ea.draft_id, d.id) AS person
FROM events e
LEFT JOIN drafts d ON e.stream = 'draft-' || d.id
LEFT JOIN applications a ON e.stream = 'application-' || a.id
LEFT JOIN engagements g ON e.stream = 'engagement-' || g.id
LEFT JOIN applications ea ON ea.id = g.application_id
WHERE e.type = ANY(:types)
""")
SEAL = sa.text("""
UPDATE events SET data = CAST(:data AS jsonb), person_id = :person, sealed = :sealed
WHERE position = :position
""")
SEALED = sa.text("""
SELECT e.position, e.id, e.data, e.sealed, k.key
FROM events e JOIN person_keys k USING (person_id) WHERE k.key IS NOT NULL
""")
KEEP_KEY = sa.text("INSERT INTO person_keys (person_id, key) VALUES (:person, :key)")


def upgrade() -> None:
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Uuid(), primary_key=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(key IS NULL) = (erased_at IS NOT NULL)", name="erased_has_no_key"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
    )
    op.add_column("events", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column("events", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("events", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE events DISABLE TRIGGER refuse_change")
    seal_what_is_there()
    op.execute(HASH)
    op.execute(CHAIN_WHAT_IS_THERE)
    op.execute("ALTER TABLE events ENABLE TRIGGER refuse_change")
    op.alter_column("events", "hash", nullable=False)
    op.create_check_constraint(
        "sealed_for_a_person", "events", "(sealed IS NULL) = (person_id IS NULL)"
    )
    op.execute(CHAIN_WHAT_COMES)
    op.execute(GUARD.format(columns=CONTENT))


def seal_what_is_there() -> None:
    connection = op.get_bind()
    keys: dict[uuid.UUID, bytes] = {}
    for row in connection.execute(UNSEALED, {"types": list(PERSONAL)}).all():
        key = keys.setdefault(row.person, new_key())
        emptied = PERSONAL[row.type]
        fields = {name: row.data[name] for name in emptied}
        values = {
            "position": row.position,
            "person": row.person,
            "data": msgspec.json.encode({**row.data, **emptied}).decode(),
            "sealed": seal(fields, key, row.id),
        }
        connection.execute(SEAL, values)
    for person, key in keys.items():
        connection.execute(KEEP_KEY, {"person": person, "key": key})


def downgrade() -> None:
    op.execute("ALTER TABLE events DISABLE TRIGGER refuse_change")
    unseal_what_is_there()
    op.execute("ALTER TABLE events ENABLE TRIGGER refuse_change")
    op.execute(GUARD.format(columns=CONTENT.partition(", person_id")[0]))
    op.execute("DROP TRIGGER chain ON events")
    op.execute("DROP FUNCTION chain_event")
    op.execute("DROP FUNCTION event_hash")
    op.drop_constraint(op.f("ck_events_sealed_for_a_person"), "events")
    for column in ("hash", "sealed", "person_id"):
        op.drop_column("events", column)
    op.drop_table("checkpoints")
    op.drop_table("person_keys")


def unseal_what_is_there() -> None:
    """What belonged to the erased stays empty."""
    connection = op.get_bind()
    for row in connection.execute(SEALED).all():
        data = {**row.data, **unseal(bytes(row.sealed), bytes(row.key), row.id)}
        values = {"position": row.position, "person": None, "sealed": None}
        connection.execute(SEAL, values | {"data": msgspec.json.encode(data).decode()})
