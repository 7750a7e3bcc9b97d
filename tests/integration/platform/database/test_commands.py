"""Commands end with a sentence, not a traceback, if the database is away or not ready."""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from structlog.testing import capture_logs

from app.events.delivery.relay import RelayAtHand
from app.extensions import migrate
from app.platform.command_group import operator
from app.platform.database import db
from local.ports import HOST, free_port
from local.postgres import SERVING, Postgres


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "current", "check"])
@pytest.mark.parametrize("setting", ["DATABASE_URL", "OWNER_DATABASE_URL"])
def test_a_migration_says_in_one_line_that_the_database_is_away(
    site_with: Callable[..., Flask], command: str, setting: str
) -> None:
    nobody = f"postgresql://app:s3cr3t@{HOST}:{free_port()}/site"
    away = site_with(**{setting: nobody})
    shown = away.test_cli_runner().invoke(args=["db", command])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: The database does not answer (OperationalError). Is it up, and is DATABASE_URL"
        " right?"
    ]


# The error of a server that has no room for a table.
FILL_DISK = """
CREATE FUNCTION fill_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE EVENT TRIGGER fill_disk ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
EXECUTE FUNCTION fill_disk();
"""


def test_a_migration_says_that_the_disk_is_full_and_succeeds_once_there_is_room(
    site_with: Callable[..., Flask], postgres: Postgres
) -> None:
    address = postgres.create_database("full")
    site = site_with(DATABASE_URL=address, OWNER_DATABASE_URL="")
    with psycopg.connect(postgres.url_of("full"), autocommit=True) as superuser:
        superuser.execute(FILL_DISK)
        shown = site.test_cli_runner().invoke(args=["db", "upgrade"])
        assert shown.exit_code == 1
        assert shown.output.splitlines() == [
            "Error: Postgres has no room left on its disk (DiskFull). Make room, then try again."
        ]
        superuser.execute("DROP EVENT TRIGGER fill_disk")
    assert site.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    with site.app_context():
        db.engine.dispose()


@pytest.fixture
def before_the_first_upgrade(
    site_with: Callable[..., Flask], postgres: Postgres
) -> Iterator[Flask]:
    """A site whose database exists but is empty."""
    postgres.create_database("empty")
    site = site_with(DATABASE_URL=postgres.url_of("empty", SERVING), OWNER_DATABASE_URL="")
    yield site
    with site.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    "command",
    [
        "bridges list",
        "events checkpoint",
        "events restored",
        "events verify",
        "outbound release",
        "person export CE-0000-0000",
        "staff first-login",
    ],
)
def test_before_the_first_upgrade_a_command_says_to_run_the_upgrade(
    before_the_first_upgrade: Flask, command: str
) -> None:
    shown = before_the_first_upgrade.test_cli_runner().invoke(args=command.split())
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: The database lacks what this needs (UndefinedTable): run `flask db upgrade` first."
    ]


def test_a_relay_that_finds_no_table_names_what_is_missing(
    before_the_first_upgrade: Flask,
) -> None:
    with before_the_first_upgrade.app_context(), capture_logs() as said:
        RelayAtHand(lambda _: None).ring()
    assert [line["error"] for line in said] == ["UndefinedTable"]


def test_a_role_that_may_not_create_the_tables_is_told_so_and_creates_none(
    before_the_first_upgrade: Flask,
) -> None:
    shown = before_the_first_upgrade.test_cli_runner().invoke(args=["db", "upgrade"])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: This role may not make the site's tables: set OWNER_DATABASE_URL to the address of"
        " one that may create in the database and in its schema public."
    ]


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "current"])
def test_a_migration_on_a_database_of_a_newer_release_says_what_to_do(
    app: Flask, as_owner: Callable[[str], None], command: str
) -> None:
    as_owner("UPDATE alembic_version SET version_num = '9999'")
    try:
        shown = app.test_cli_runner().invoke(args=["db", command])
    finally:
        (newest,) = ScriptDirectory.from_config(migrate.get_config()).get_heads()
        as_owner(f"UPDATE alembic_version SET version_num = '{newest}'")
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: A newer release has upgraded this database, to 9999. Run that release, or take its"
        f" migrations back with its own `flask db downgrade {newest}`."
    ]


@pytest.mark.parametrize(
    ("altered", "command", "names"),
    [
        (
            "ALTER TABLE staff DROP COLUMN code_secret",
            "downgrade 0047",
            'UndefinedColumn: column "code_secret" of relation "staff" does not exist',
        ),
        (
            "UPDATE alembic_version SET version_num = '0047'",
            "upgrade",
            'DuplicateColumn: column "code_secret" of relation "staff" already exists',
        ),
    ],
)
def test_a_migration_names_what_is_not_as_the_earlier_migrations_left_it(
    site_with: Callable[..., Flask], postgres: Postgres, altered: str, command: str, names: str
) -> None:
    """A migration edited after it had run somewhere has the same effect."""
    address = postgres.create_database(f"altered_{command.replace(' ', '_')}")
    runner = site_with(DATABASE_URL=address, OWNER_DATABASE_URL="").test_cli_runner()
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(altered.encode())
        shown = runner.invoke(args=["db", *command.split()])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        f"Error: This database is not as its migrations left it ({names}). Nothing was changed."
    ]


def test_a_command_says_that_the_sites_role_lacks_its_rights(
    app: Flask, as_owner: Callable[[str], None]
) -> None:
    as_owner(f"REVOKE ALL ON staff FROM {SERVING}")
    try:
        shown = app.test_cli_runner().invoke(args=["staff", "list"])
    finally:
        upgrade()
    assert shown.exit_code == 1
    assert shown.output == (
        "Error: The database role may not do this (InsufficientPrivilege): run `flask db"
        " upgrade` as"
        " the owner.\n"
    )


def test_an_operator_without_a_user_name_is_recorded_by_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some platforms run a container under a user id without a name."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2_000_123_456)
    assert operator() == "operator:2000123456"
