"""The labs' schema holds a copy of the backbone, and nothing in it reaches the site's tables."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.labs.backbone import on_backbone
from app.labs.models import LabTable
from app.platform.database import db

COPIED = [
    "deliveries",
    "delivery_tries",
    "events",
    "log_epochs",
    "paused_subscribers",
    "person_keys",
]
COLUMNS = text("""
SELECT table_name, column_name, ordinal_position, data_type, is_nullable, is_identity,
    replace(column_default, 'labs.', '') AS column_default
FROM information_schema.columns WHERE table_schema = :schema AND table_name = ANY(:tables)
ORDER BY table_name, ordinal_position
""")
INDEXES = text("""
SELECT tablename, indexdef FROM pg_indexes
WHERE schemaname = :schema AND tablename = ANY(:tables)
""")
CONSTRAINTS = text("""
SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = CAST(:schema AS regnamespace) AND contype <> 'n'
  AND (SELECT relname FROM pg_class WHERE oid = conrelid) = ANY(:tables)
""")
TRIGGERS = text("""
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (
    SELECT oid FROM pg_class WHERE relnamespace = CAST(:schema AS regnamespace)
    AND relname = ANY(:tables)
)
""")
FUNCTIONS = text("""
SELECT proname, prosrc, provolatile FROM pg_proc
WHERE pronamespace = CAST(:schema AS regnamespace)
  AND proname IN ('chain_event', 'event_hash', 'log_horizon', 'refuse_change_of_event')
""")
OF_A_SANDBOX = ("events", "(((metadata ->> 'correlation_id'::text)), \"position\")")
# A sandbox that has ended is emptied.
MAY_BE_DELETED = ("BEFORE DELETE OR UPDATE OF", "BEFORE UPDATE OF")


def in_schema(session: Session, question: object, schema: str) -> set[tuple[object, ...]]:
    """The rows of the answer, without the schema's name."""
    rows = session.execute(question, {"schema": schema, "tables": COPIED})  # type: ignore[call-overload]
    return {tuple(re.sub(r"\b(labs|public)\.", "", str(cell)) for cell in row) for row in rows}


def test_the_copied_tables_match_those_of_the_site(session: Session) -> None:
    for question in (COLUMNS, CONSTRAINTS, FUNCTIONS):
        copied, own = (in_schema(session, question, schema) for schema in ("labs", "public"))
        assert copied == own


def test_the_copies_have_the_sites_indexes_and_one_more(session: Session) -> None:
    def indexes(schema: str) -> set[tuple[object, ...]]:
        rows = in_schema(session, INDEXES, schema)
        return {(table, "UNIQUE" in str(m), str(m).partition(" USING ")[2]) for table, m in rows}

    [extra] = indexes("labs") - indexes("public")
    assert (extra[0], str(extra[2]).removeprefix("btree ")) == OF_A_SANDBOX
    assert indexes("public") <= indexes("labs")


def test_the_copies_have_the_sites_triggers_but_can_be_emptied(session: Session) -> None:
    own = {str(made).replace(*MAY_BE_DELETED) for (made,) in in_schema(session, TRIGGERS, "public")}
    assert {made for (made,) in in_schema(session, TRIGGERS, "labs")} == own


def test_the_migration_matches_the_labs_models(app: Flask) -> None:
    with on_backbone(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _, name, kind, __, ___: (
                    kind != "table" or name not in COPIED
                )
            },
        )
        assert compare_metadata(context, LabTable.metadata) == []


@pytest.mark.parametrize("table", ["applications", "staff", "mail_messages", "scheduled_events"])
def test_an_unqualified_name_never_means_one_of_the_sites_tables(app: Flask, table: str) -> None:
    with on_backbone() as session, pytest.raises(ProgrammingError, match="does not exist"):
        session.execute(text(f"SELECT * FROM {table}"))
