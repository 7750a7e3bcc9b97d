"""`make run` from an empty folder: interrupted, started again, killed, stopped; and `make demo`
beside it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import psutil
import pytest

from config import ROOT
from local.demo import REFERENCE
from local.leftovers import processes_in, processes_marked
from local.state import State
from tests.form_page import token_in
from tests.integration.local.demonstration import PATIENCE, end_of, start_demo
from tests.site import eventually

STARTING = "Starting the site."
RUNNING = "Ctrl-C stops everything."
SITE = re.compile(r"^  Site +(http://\S+)/ ", re.MULTILINE)
FIRST_LOGIN = re.compile(r"shown only now:\n +(\S+@\S+)\n +(\S+)\n")
NEW_PASSWORD = re.compile(r"A new password for staff:\n +(.+ (\S+@\S+))\n")
# One process of each kind is enough here.
SMALL = {"WEB_WORKERS": "1", "WORKER_CONCURRENCY": "1"}


class Run:
    """One run in ``folder``; ``said`` is what it has printed."""

    def __init__(self, folder: Path) -> None:
        self._state = State(folder)
        self._output = folder / "said"
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local", "run"],
                env={**os.environ, **SMALL, "VAR_DIR": str(folder)},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self._output.read_text()

    def says(self, words: str) -> "Run":
        """Wait until it has printed that; fail if it ends first."""
        eventually(lambda: words in self.said or self._process.poll() is not None, PATIENCE)
        assert words in self.said, self.said
        return self

    def end(self, number: signal.Signals) -> int:
        """Send it the signal and wait for its end. Returns how it ended."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def has_loaded(self, library: str) -> bool:
        """Whether it has loaded that module."""
        maps = psutil.Process(self._process.pid).memory_maps()
        return any(library in Path(one.path).parts for one in maps)

    def processes(self) -> list[psutil.Process]:
        """The running processes that it has started."""
        mark = (self._state.directory / "run.lock").read_text().split()[1]
        servers = [(self._state.postgres, "postgres"), (self._state.redis, "redis-server")]
        started = [one for server in servers for one in processes_in(*server)]
        return [*started, *processes_marked(mark)]

    def desk(self, email: str, password: str) -> str:
        """The staff's first page, opened by signing in with these credentials."""
        site = SITE.search(self.said)
        assert site
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
        login = f"{site[1]}/staff/login"
        token = token_in(browser.open(login).read().decode())
        typed = urlencode({"csrf_token": token, "email": email, "password": password})
        with browser.open(login, typed.encode()) as answer:
            assert answer.url == f"{site[1]}/staff/"
            return str(answer.read().decode())


@pytest.fixture
def start(server_folder: Path) -> Iterator[Callable[[], Run]]:
    """Starts another run in the same folder; any still running at the end of the test are
    stopped."""
    runs: list[Run] = []

    def start() -> Run:
        runs.append(Run(server_folder))
        return runs[-1]

    yield start
    for run in runs:
        run.end(signal.SIGINT)


def test_a_run_interrupted_before_it_has_started_anything_prints_nothing(
    start: Callable[[], Run],
) -> None:
    run = start()
    # The settings are declared with it, early, while much is still to be loaded.
    eventually(lambda: run.has_loaded("msgspec"), PATIENCE)
    run.end(signal.SIGINT)
    assert run.said == ""


def test_however_a_run_ends_the_next_has_its_data_and_its_login(
    start: Callable[[], Run], server_folder: Path
) -> None:
    broken_off = start().says(STARTING)
    assert broken_off.processes()
    assert broken_off.end(signal.SIGINT) == 0
    assert broken_off.processes() == []

    first = start().says(RUNNING)
    login, command = FIRST_LOGIN.search(first.said), NEW_PASSWORD.search(first.said)
    assert login and first.desk(*login.groups())
    assert command and command[2] == login[1]
    password = subprocess.check_output(["sh", "-c", command[1]], cwd=ROOT, text=True).strip()
    code, shown = end_of(start_demo(server_folder))
    assert code == 0 and "12 applications are scored and have a proposal" in shown, shown
    first.end(signal.SIGKILL)

    again = start().says(RUNNING)
    desk = again.desk(login[1], password)
    sent = REFERENCE.findall(shown)
    assert len(sent) == 12 and all(reference in desk for reference in sent)
    assert not FIRST_LOGIN.search(again.said) and command[0] in again.said
    assert again.end(signal.SIGINT) == 0
    assert again.processes() == []
