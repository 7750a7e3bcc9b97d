"""The embedded Postgres: its data lasts, and nothing left by a kill stops it from starting."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import ROOT
from local.ports import HOST, free_port
from local.postgres import SERVING, Postgres
from local.process import ServerFailed

Eventually = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="module")
def data_dir(server_folder: Path) -> Path:
    """One cluster for the whole file: creating one takes most of a second."""
    server = Postgres(server_folder / "data", free_port(), fast=True)
    server.start()
    with psycopg.connect(server.create_database("site")) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('before')")
    server.stop()
    return server.data_dir


@pytest.fixture
def server(data_dir: Path) -> Iterator[Postgres]:
    server = Postgres(data_dir, free_port(), fast=True)
    server.start()
    yield server
    server.stop()


def words(server: Postgres) -> list[str]:
    with psycopg.connect(server.create_database("site")) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


def test_a_second_start_finds_the_rows_of_the_first(server: Postgres) -> None:
    assert words(server) == ["before"]


def test_it_starts_again_after_the_server_was_killed(
    server: Postgres, eventually: Eventually
) -> None:
    assert server.pid
    with psycopg.connect(server.url):
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not server.is_running)
        assert server.ending == "SIGKILL"
        server.start()
    assert words(server) == ["before"]


def test_postgres_left_running_by_a_killed_start_is_shut_down_first(server: Postgres) -> None:
    with psycopg.connect(server.url):
        later = Postgres(server.data_dir, free_port(), fast=True)
        later.start()
    try:
        assert not server.is_running
        assert server.ending == "exit code 0", "it was not stopped in order"
        assert words(later) == ["before"]
    finally:
        later.stop()


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(data_dir: Path) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        (data_dir / "postmaster.pid").write_text(f"{other.pid}\n{data_dir}\n0\n1\n\n*\n\nready\n")
        server = Postgres(data_dir, free_port(), fast=True)
        server.start()
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_killed_server_that_is_still_a_zombie_does_not_stop_the_start(
    server: Postgres, eventually: Eventually
) -> None:
    """If process 1 reaps orphans late or never, the process id stays taken."""
    killed = psutil.Process(server.pid)
    killed.kill()
    eventually(lambda: killed.status() == psutil.STATUS_ZOMBIE)
    later = Postgres(server.data_dir, free_port(), fast=True)
    later.start()
    try:
        assert words(later) == ["before"]
    finally:
        later.stop()


def test_a_half_made_cluster_left_by_an_interrupted_start_is_discarded(server_folder: Path) -> None:
    half = server_folder / "other.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = Postgres(server_folder / "other", free_port(), fast=True)
    server.start()
    server.stop()
    assert server.ending == "exit code 0"
    assert not half.exists()


def test_data_of_another_postgres_version_is_reported_with_how_to_migrate_it(
    server_folder: Path,
) -> None:
    data_dir = server_folder / "older"
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("17\n")
    server = Postgres(data_dir, free_port(), fast=True)
    with pytest.raises(ServerFailed) as refusal:
        server.start()
    assert str(refusal.value) == (
        f"{data_dir} was made by Postgres 17, and this is Postgres 18, which can't read it."
        ' docs/operations.md says how to move it, under "Another version of Postgres".'
    )
    assert "## Another version of Postgres\n" in (ROOT / "docs/operations.md").read_text()
    assert not server.is_running


def test_a_taken_port_is_reported_in_the_servers_own_words(data_dir: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        server = Postgres(data_dir, taken.getsockname()[1], fast=True)
        with pytest.raises(ServerFailed, match="Address already in use"):
            server.start()
    assert not server.is_running


def test_a_database_that_cannot_be_created_is_reported_in_the_drivers_own_words(
    data_dir: Path,
) -> None:
    with pytest.raises(ServerFailed, match=r"could not make the database site: .*refused"):
        Postgres(data_dir, free_port()).create_database("site")


def test_the_owner_of_a_database_owns_nothing_else(server: Postgres) -> None:
    with psycopg.connect(server.create_database("site")) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert role == (False, False, False)


def test_a_cluster_made_before_there_were_two_roles_gets_the_second(server: Postgres) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP ROLE serving")
    server.create_database("site")
    with psycopg.connect(server.url_of("site", SERVING)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("serving",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM kept")


def test_text_is_unicode_whatever_the_machines_locale(server: Postgres) -> None:
    with psycopg.connect(server.create_database("site")) as connection:
        row = connection.execute("SELECT lower('ÄÇΣ'), current_setting('timezone')").fetchone()
    assert row == ("äçσ", "UTC")
