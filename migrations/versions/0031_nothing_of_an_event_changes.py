"""The log refuses a change of what an event says about a person and of its hash, as of the rest."""

from alembic import op

revision = "0031"
down_revision = "0030"

GUARD = """
CREATE OR REPLACE TRIGGER refuse_change
    BEFORE {what} OF
        position, id, stream, version, type, schema_version, data, metadata, recorded_at,
        horizon{more}
    ON {schema}.events FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change_of_event()
"""
# A sandbox of the labs is deleted at its end.
REFUSED = {"public": "DELETE OR UPDATE", "labs": "UPDATE"}


def upgrade() -> None:
    guard(more=", person_id, sealed, hash")


def downgrade() -> None:
    guard(more="")


def guard(more: str) -> None:
    for schema, what in REFUSED.items():
        op.execute(GUARD.format(schema=schema, what=what, more=more))
