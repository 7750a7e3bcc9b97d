"""The role that the site connects as: it can do all that the site needs, and cannot change the
log."""

import os
import subprocess
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.labs.backbone import on_backbone
from app.platform.database import db
from config import ROOT, Config
from local.postgres import SERVING, Postgres, postgres_program, temporary_postgres

AsOwner = Callable[[str], None]
EVERYTHING = "DELETE INSERT SELECT UPDATE"
# These are rights on whole tables. Of the log's columns, only the one the relay marks may change.
LESS = {
    "public.alembic_version": "SELECT",
    "public.checkpoints": "INSERT SELECT",
    "public.events": "INSERT SELECT",
    "public.log_epochs": "INSERT SELECT",
    "labs.events": "DELETE INSERT SELECT",
}
OWN_RIGHTS = text("""
SELECT relnamespace::regnamespace || '.' || relname AS name,
    string_agg(word, ' ' ORDER BY word) FILTER (WHERE has_table_privilege(c.oid, word)) AS words
FROM pg_class c CROSS JOIN unnest(ARRAY[
    'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'
]) AS word
WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'labs') GROUP BY 1
""")
CHANGED = text("""
SELECT table_schema || '.' || table_name || '.' || column_name
FROM information_schema.column_privileges
WHERE grantee = current_user AND privilege_type = 'UPDATE'
  AND table_schema || '.' || table_name = ANY(:tables)
""")
DENIED = [
    "UPDATE events SET data = '{}'",
    "UPDATE events SET sealed = NULL, person_id = NULL",
    "UPDATE events SET hash = 'x'",
    "UPDATE events SET recorded_at = now()",
    "DELETE FROM events",
    "TRUNCATE events CASCADE",
    "ALTER TABLE events DISABLE TRIGGER refuse_change",
    "ALTER TABLE events ALTER data DROP NOT NULL",
    "DROP TRIGGER refuse_change ON events",
    "DROP TABLE events CASCADE",
    "CREATE TRIGGER forge BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain_event()",
    "CREATE RULE forge AS ON INSERT TO events DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION chain_event SET search_path = pg_temp",
    "UPDATE checkpoints SET root = 'x'",
    "DELETE FROM checkpoints",
    "UPDATE log_epochs SET shift = 0",
    "DELETE FROM log_epochs",
    "UPDATE labs.events SET data = '{}'",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE public.mine ()",
    "CREATE SCHEMA mine",
    "SET session_replication_role = replica",
    "SET ROLE app",
    "SET ROLE postgres",
]


def rights(session: Session) -> dict[str, str]:
    """The rights of this role on each table."""
    return {row.name: row.words for row in session.execute(OWN_RIGHTS)}


def expected(names: Iterator[str]) -> dict[str, str]:
    return {name: LESS.get(name, EVERYTHING) for name in names}


@pytest.mark.parametrize("statement", DENIED)
def test_the_sites_role_can_change_neither_the_log_nor_its_guards(
    session: Session, statement: str
) -> None:
    with pytest.raises(ProgrammingError) as denied:
        session.execute(text(statement))
    assert isinstance(denied.value.orig, InsufficientPrivilege)


def test_the_sites_role_has_exactly_the_rights_on_each_table_that_the_site_needs(
    session: Session,
) -> None:
    found = rights(session)
    assert found == expected(iter(found))
    assert {f"public.{name}" for name in db.metadata.tables} < found.keys()
    assert set(session.scalars(CHANGED, {"tables": list(LESS)})) == {
        "public.events.relayed_at",
        "labs.events.relayed_at",
    }


def test_the_sites_role_can_clear_a_labs_sandbox(app: Flask) -> None:
    with on_backbone() as session:
        session.execute(text("DELETE FROM events WHERE stream = 'of nobody'"))


def test_the_sites_role_is_granted_a_later_migrations_table(
    session: Session, as_owner: AsOwner
) -> None:
    as_owner("CREATE TABLE later (n int GENERATED ALWAYS AS IDENTITY, word text)")
    try:
        session.execute(text("INSERT INTO later (word) VALUES ('mine')"))
        assert rights(session)["public.later"] == EVERYTHING
    finally:
        session.rollback()
        as_owner("DROP TABLE later")


def test_an_upgrade_corrects_grants_that_were_changed(
    client: FlaskClient, session: Session, as_owner: AsOwner
) -> None:
    as_owner(f"REVOKE ALL ON staff FROM {SERVING}; GRANT ALL ON events TO {SERVING}")
    unready = client.get("/readyz")
    assert unready.status_code == 503 and "`flask db upgrade` as the owner" in unready.text
    upgrade()
    assert client.get("/readyz").status_code == 200
    found = rights(session)
    assert found == expected(iter(found))


def test_the_tables_that_a_rebuild_swaps_in_are_granted_too(app: Flask, session: Session) -> None:
    rebuilt = app.test_cli_runner().invoke(args=["events", "rebuild"])
    assert rebuilt.exit_code == 0, rebuilt.output
    found = rights(session)
    assert found == expected(iter(found))


@pytest.mark.parametrize("command", [["db", "upgrade"], ["events", "rebuild"]])
def test_a_command_that_needs_the_owners_role_says_so(
    app: Flask, change_settings: Callable[..., None], command: list[str]
) -> None:
    change_settings(OWNER_DATABASE_URL="")
    refused = app.test_cli_runner().invoke(args=command)
    assert refused.exit_code == 1
    assert "set OWNER_DATABASE_URL to the address of the one that does" in refused.output


@pytest.mark.parametrize("command", [["db", "upgrade"], ["events", "rebuild"]])
def test_an_owner_of_another_database_is_refused_and_nothing_is_done_there(
    app: Flask, postgres: Postgres, change_settings: Callable[..., None], command: list[str]
) -> None:
    other = postgres.create_database("other")
    change_settings(OWNER_DATABASE_URL=other)
    refused = app.test_cli_runner().invoke(args=command)
    assert refused.exit_code == 1
    assert "OWNER_DATABASE_URL leads to a different database from DATABASE_URL" in refused.output
    with psycopg.connect(other) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)


def test_the_owners_address_may_name_the_same_database_in_another_way(
    app: Flask, config: Config, change_settings: Callable[..., None]
) -> None:
    assert "127.0.0.1" in config.OWNER_DATABASE_URL
    change_settings(OWNER_DATABASE_URL=config.OWNER_DATABASE_URL.replace("127.0.0.1", "localhost"))
    upgraded = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert upgraded.exit_code == 0, upgraded.output


def test_compose_creates_the_serving_role_and_gives_it_the_current_password() -> None:
    with temporary_postgres() as empty:
        psql = [str(postgres_program("psql")), "-q", "-f", "roles.sql", empty.url]
        for password in ("first", "it's another"):
            environ = {**os.environ, "DATABASE_PASSWORD": password}
            subprocess.run(psql, cwd=ROOT, env=environ, check=True)
        with psycopg.connect(empty.url) as connection:
            role = "SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'serving'"
            assert connection.execute(role).fetchall() == [(True, False)]


def test_a_database_with_one_role_works_and_can_be_given_a_second_later(
    site_with: Callable[..., Flask], postgres: Postgres
) -> None:
    owner = postgres.create_database("alone")

    def ready_with(**addresses: str) -> object:
        site = site_with(**addresses)
        with site.app_context():
            upgrade()
            engine = db.engine
        answer = site.test_client().get("/readyz")
        engine.dispose()
        assert answer.status_code == 200 and answer.json, answer.text
        return answer.json["rights"]

    one = ready_with(DATABASE_URL=owner, OWNER_DATABASE_URL="")
    assert one == "all: the site owns its tables, and could change the log"
    both = {"DATABASE_URL": postgres.url_of("alone", SERVING), "OWNER_DATABASE_URL": owner}
    assert ready_with(**both) == "ok"
