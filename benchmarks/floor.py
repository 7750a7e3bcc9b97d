"""What a submit can't cost less than: the same two rows through a bare view, and through nothing."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.load import drive, form_post
from benchmarks.sample import ANSWERS, TABLES, rows
from benchmarks.turns import Load, percentiles
from local.commands import procfile, shell
from local.ports import answers, free_port
from local.postgres import Postgres, postgres_program
from local.process import Process

TRANSACTION = Path(__file__).with_name("two_inserts.sql")
JOBS = 2
# Of each line of pgbench's log: the latency in microseconds.
LATENCY = 2


class BareView:
    """`benchmarks/bare.py` under the Procfile's own web command."""

    def __init__(self, port: int) -> None:
        self._port = port

    def submit(self, path: str, count: int, connections: int) -> Load:
        request = form_post(path, self._port, "draft_version=5&consent=yes")
        return drive(self._port, [request] * count, connections=connections, expected=303)


@contextmanager
def bare_view(settings: Mapping[str, str], folder: Path) -> Iterator[BareView]:
    """The bare view on the site's database, where it gets two tables of its own."""
    with psycopg.connect(settings["DATABASE_URL"]) as connection:
        connection.execute(TABLES)
    port = free_port()
    process = Process(
        "bare",
        shell(procfile()["web"].replace("wsgi:app", "benchmarks.bare:app")),
        log=folder / "bare.log",
        environ={**settings, "PORT": str(port)},
        ready=lambda: answers(port),
    )
    process.start()
    try:
        yield BareView(port)
    finally:
        process.stop()


def run_pgbench(postgres: Postgres, settings: Mapping[str, str], count: int, clients: int) -> Load:
    """The two inserts and the commit with no web server and no Python at all."""
    values = {name: str(value) for name, value in rows(ANSWERS).items()}
    names = ("name", "email", "company", "answers", "questions_version", "data", "metadata")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *(postgres_program("pgbench"), "--no-vacuum", "--protocol=prepared"),
                *(f"--file={TRANSACTION}", f"--client={clients}", f"--jobs={JOBS}"),
                *(f"--transactions={count // clients}", "--log", f"--log-prefix={folder}/log"),
                *(f"--define={name}={values[name]}" for name in names),
                settings["DATABASE_URL"],
            ],
            check=True,
            capture_output=True,
        )
        lines = [line.split() for log in Path(folder).iterdir() for line in log.open()]
    return _load_of(lines)


def _load_of(lines: list[list[str]]) -> Load:
    latencies = [int(line[LATENCY]) / 1e6 for line in lines]
    ended = [int(line[4]) + int(line[5]) / 1e6 for line in lines]
    elapsed = max(ended) - min(end - took for end, took in zip(ended, latencies, strict=True))
    return Load(len(lines) / elapsed, *percentiles(latencies))
