"""From outside, a forked process looks the same as one started by its command line;
``test_run``, ``test_wrong_setting`` and ``test_scheduler`` start the Procfile's own lines."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config import ROOT
from local.commands import command_environment, procfile, shell
from local.process import Process
from tests.forked_process import ForkedProcess
from tests.site import eventually

KINDS = (Process, ForkedProcess)
WAITS = """
import os, sys, time
print(os.environ["WORD"], sys.argv[1:], os.getcwd(), os.getsid(0) == os.getpid(), flush=True)
time.sleep(600)
"""
STARTS = """
import sys
from pathlib import Path
from tests.integration.test_forked_process import of_kind
from tests.forked_process import ForkedProcess
process = of_kind(ForkedProcess, Path(sys.argv[1]))
process.start()
print(process.pid, flush=True)
sys.stdin.read()
"""


def of_kind(kind: type[Process], folder: Path) -> Process:
    """A program that prints how it was started, and waits."""
    program = folder / "waits"
    program.write_text(f"#!{sys.executable}\n{WAITS}")
    program.chmod(0o755)
    log = folder / "log"
    environ = command_environment()
    environ |= {"PATH": f"{folder}{os.pathsep}{environ['PATH']}", "WORD": "two words"}
    return kind(
        "sample",
        shell("waits 1 $WORD"),
        log=log,
        environ=environ,
        ready=lambda: "\n" in log.read_text(),
    )


@pytest.fixture(params=KINDS)
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Process]:
    process = of_kind(request.param, tmp_path)
    yield process
    process.stop()


def test_a_process_has_its_commands_arguments_environment_folder_and_session(
    process: Process,
) -> None:
    process.start()
    expected = f"two words ['1', 'two', 'words'] {ROOT} True\n"
    assert process.log.read_text() == expected


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_reports_how_it_was_ended(process: Process, number: signal.Signals) -> None:
    process.start()
    assert process.is_running and process.ending == "not at all"
    assert process.pid
    os.killpg(process.pid, number)
    eventually(lambda: not process.is_running)
    assert process.ending == number.name


@pytest.mark.parametrize("name", ["relay", "worker", "web"])
def test_a_process_ends_with_its_commands_message_and_exit_code(tmp_path: Path, name: str) -> None:
    environ = {**command_environment(), "SECRET_KEY": ""}
    process = ForkedProcess(name, shell(procfile()[name]), log=tmp_path / "log", environ=environ)
    process.start()
    eventually(lambda: not process.is_running)
    assert process.ending == "exit code 1"
    assert process.log.read_text().startswith("Error: SECRET_KEY is not set.")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this death")
def test_a_forked_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        assert psutil.pid_exists(pid)
        starter.kill()
        eventually(lambda: not psutil.pid_exists(pid))


@pytest.mark.parametrize("kind", KINDS)
def test_code_in_a_folder_first_on_the_path_runs_before_the_sites(
    kind: type[Process], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.early = 'app' not in sys.modules\n")
    (tmp_path / "asks.py").write_text("import sys\nprint(sys.early, flush=True)\n")
    log = tmp_path / "log"
    environ = {**command_environment(), "PYTHONPATH": str(tmp_path)}
    process = kind("asks", shell("python -m asks"), log=log, environ=environ)
    process.launch()
    eventually(lambda: not process.is_running)
    assert log.read_text() == "True\n"
