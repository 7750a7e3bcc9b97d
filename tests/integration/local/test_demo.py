"""`make demo` when the site is not running, goes away, or the demo is interrupted. `test_run` shows
that it sends its applications."""

import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing.pool import AsyncResult, ThreadPool
from pathlib import Path

import pytest

from local.demo import main, wait_until_handled
from local.ports import HOST
from local.state import State
from tests.integration.local.demonstration import PATIENCE, end_of, start_demo

Start = Callable[[], AsyncResult[tuple[int, str]]]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[socket.socket]:
    """The port on which the site last run in this folder was listening."""
    with socket.create_server((HOST, 0)) as door:
        address = f"http://{HOST}:{door.getsockname()[1]}"
        State(tmp_path).write_settings({"BASE_URL": address})
        yield door


@pytest.fixture
def start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Start]:
    """Starts the demonstration in a thread; its exit status and output are there at its end."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    with ThreadPool(1) as pool:
        yield lambda: pool.apply_async(lambda: (main(), capsys.readouterr().out))


def test_before_the_first_run_it_says_what_to_do(start: Start) -> None:
    code, said = start().get(PATIENCE)
    assert (code, said.count("\n")) == (1, 1) and "make run" in said


def test_when_nothing_answers_it_says_what_to_do(door: socket.socket, start: Start) -> None:
    door.close()
    code, said = start().get(PATIENCE)
    assert (code, said.count("\n")) == (1, 1) and said.startswith("Nothing answers at http://")


def test_when_the_site_stops_during_the_demo_it_says_so(door: socket.socket, start: Start) -> None:
    demo = start()
    connection, _ = door.accept()
    connection.recv(1024)
    connection.close()
    code, said = demo.get(PATIENCE)
    assert (code, said.count("\n")) == (1, 1) and "no longer answers" in said, said


def test_when_the_site_asks_different_questions_it_says_so(
    door: socket.socket, start: Start
) -> None:
    demo = start()
    connection, _ = door.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.0 422 Unprocessable Content\r\n\r\n")
    code, said = demo.get(PATIENCE)
    assert (code, said.count("\n")) == (1, 1)
    assert "asks for other answers than those in local/demo_applications.toml" in said


def test_when_interrupted_it_says_that_what_was_already_sent_remains(
    door: socket.socket, tmp_path: Path
) -> None:
    demo = start_demo(tmp_path)
    connection, _ = door.accept()
    with connection:
        demo.send_signal(signal.SIGINT)
        code, said = end_of(demo)
    assert (code, said.count("\n")) == (1, 1) and said.startswith("Stopped."), said


def test_when_the_site_hangs_at_the_end_it_does_not_wait_for_ever(
    door: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.demo.ANSWER_SECONDS", 0.1)
    with pytest.raises(TimeoutError):
        wait_until_handled(f"http://{HOST}:{door.getsockname()[1]}")
