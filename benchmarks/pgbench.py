"""Runs pgbench: transactions without a web server or Python around them."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.turns import Load, percentiles
from local.postgres import postgres_program

JOBS = 2
# Columns of its log, from the manual: the latency in microseconds, and the time of the end.
LATENCY, ENDED_SECOND, ENDED_MICROSECOND = 2, 4, 5


def run_pgbench(
    url: str, script: str, count: int, clients: int, values: Mapping[str, str] | None = None
) -> Load:
    """Run the script's transaction ``count`` times; ``values`` are its variables."""
    with tempfile.TemporaryDirectory(prefix="pgbench-") as folder:
        file = Path(folder) / "transaction.sql"
        file.write_text(script)
        subprocess.run(
            [
                *(postgres_program("pgbench"), "--no-vacuum", "--protocol=prepared"),
                *(f"--file={file}", f"--client={clients}", f"--jobs={JOBS}"),
                *(f"--transactions={count // clients}", "--log", f"--log-prefix={folder}/log"),
                *(f"--define={name}={value}" for name, value in (values or {}).items()),
                url,
            ],
            check=True,
            capture_output=True,
        )
        lines = [line.split() for log in Path(folder).glob("log*") for line in log.open()]
    return _load_of(lines)


def _load_of(lines: list[list[str]]) -> Load:
    latencies = [int(line[LATENCY]) / 1e6 for line in lines]
    ended = [int(line[ENDED_SECOND]) + int(line[ENDED_MICROSECOND]) / 1e6 for line in lines]
    started = min(end - took for end, took in zip(ended, latencies, strict=True))
    return Load(len(lines) / (max(ended) - started), *percentiles(latencies))
