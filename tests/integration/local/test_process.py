"""A program started by us ends when told to, when it has to be killed, and when we end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from config import ROOT
from local.leftovers import MARK, end_processes, processes_marked
from local.process import Process, ServerFailed

Eventually = Callable[[Callable[[], bool]], None]
DEAF = "trap '' TERM; echo started; while :; do sleep 0.05; done"


def shell(script: str, tmp_path: Path, **more: object) -> Process:
    return Process("sample", ["/bin/sh", "-c", script], log=tmp_path / "log", **more)  # type: ignore[arg-type]


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_the_output_of_a_program_that_fails_to_start_is_quoted(tmp_path: Path) -> None:
    process = shell("echo no such luck; exit 3", tmp_path, ready=lambda: False)
    with pytest.raises(ServerFailed, match=r"(?s)exit code 3.*no such luck"):
        process.start()


def test_a_program_that_never_becomes_ready_is_stopped(tmp_path: Path) -> None:
    process = shell("exec sleep 60", tmp_path, ready=lambda: False, ready_within=0.1)
    with pytest.raises(ServerFailed, match=r"not ready after 0\.1 s"):
        process.start()
    assert not process.is_running


def test_a_program_that_ignores_its_signal_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = shell(DEAF, tmp_path, ready=lambda: "started" in log.read_text(), grace=0.1)
    process.start()
    process.stop()
    assert process.ending == "SIGKILL"


def test_the_children_of_a_killed_program_end_with_it(
    tmp_path: Path, eventually: Eventually
) -> None:
    log = tmp_path / "log"
    process = shell("sleep 60 & echo $!; wait", tmp_path, ready=lambda: bool(log.read_text()))
    process.start()
    child = int(log.read_text())
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not process.is_running)
    eventually(lambda: is_gone(child))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this death")
def test_a_program_ends_when_its_parent_is_killed(tmp_path: Path, eventually: Eventually) -> None:
    script = (
        "import sys; from pathlib import Path; from local.process import Process;"
        "p = Process('sample', ['sleep', '60'], log=Path(sys.argv[1]));"
        "p.start(); print(p.pid, flush=True); sys.stdin.read()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "log"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        eventually(lambda: psutil.Process(pid).name() == "sleep")
        starter.kill()
    eventually(lambda: is_gone(pid))


def test_only_the_processes_of_that_run_are_stopped(tmp_path: Path, eventually: Eventually) -> None:
    log = tmp_path / "log"
    ours = shell(
        "sleep 60 & echo $!; wait",
        tmp_path,
        environ={**os.environ, MARK: "this run"},
        ready=lambda: bool(log.read_text()),
    )
    ours.start()
    other = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: "another run"})
    try:
        eventually(lambda: len(processes_marked("this run")) == 2)
        end_processes(processes_marked("this run"), signal.SIGTERM, grace=0.2)
        assert is_gone(int(log.read_text()))
        assert not ours.is_running
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
