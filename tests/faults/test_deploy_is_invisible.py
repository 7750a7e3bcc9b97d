"""Promise 17: every process is replaced while prospects submit, and none of them notices."""

from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from multiprocessing.pool import ThreadPool
from threading import Event
from urllib.parse import urlsplit

import psutil

from local.commands import procfile, shell
from local.process import Process
from tests.faults.handled import check_each_was_handled_once, wait_until_handled
from tests.forked_process import ForkedProcess
from tests.prospects import TIMEOUT, make_prospects, send
from tests.site import Site, eventually

SENDERS = 2
# Of the form before each submission: one application costs the workers more than many reads.
READS = 30
# Between two reads, so that they leave starting processes enough CPU time.
PAUSE = 0.02
# Prospects submit for as long as processes take to start, so there may be many applications.
LONG = 300.0
FAILED_TRIES = "SELECT count(*) FROM delivery_tries"


class Busy:
    """Prospects who read and submit, one after the other, until ``over``. ``unanswered`` counts
    those who were refused or cut off."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.over = Event()
        self.read: list[int] = []
        self.sent: list[int] = []
        self.unanswered = 0

    def go_on(self) -> None:
        while not self.over.is_set():
            (prospect,) = make_prospects(self._site, 1)
            try:
                self.read += [self._read() for _ in range(READS)]
                self.sent.append(send(self._site, prospect).status)
            except (OSError, HTTPException):
                self.unanswered += 1

    def _read(self) -> int:
        self.over.wait(PAUSE)
        return status_of(self._site, "/apply/you")

    def have_sent(self, count: int) -> bool:
        return len(self.sent) >= count


def status_of(site: Site, path: str) -> int:
    with closing(HTTPConnection(urlsplit(site.url).netloc, timeout=TIMEOUT)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def sent_during(site: Site, deploy: Callable[[Site], None], times: int) -> Busy:
    """Deploy ``times`` times, each time after further submissions have been answered."""
    busy = Busy(site)
    with ThreadPool(SENDERS) as pool:
        sending = [pool.apply_async(busy.go_on) for _ in range(SENDERS)]
        try:
            for _ in range(times):
                enough = len(busy.sent) + SENDERS
                eventually(lambda enough=enough: busy.have_sent(enough))  # type: ignore[misc]
                deploy(site)
        finally:
            busy.over.set()
        for sender in sending:
            sender.get()
    return busy


def replace_all(site: Site) -> None:
    """Replace every process, in the order of docs/operations.md: the new web process accepts
    visitors before the old one stops."""
    for name in ("worker", "relay", "scheduler"):
        site.stop(name)
        site.start(name)
    old, new = site.processes["web"], next_web(site)
    new.start()
    old.stop()
    site.processes["web"] = new


def next_web(site: Site) -> Process:
    """The next release's web process, on the same port: the kernel spreads visitors over both."""
    web = ForkedProcess(
        "web",
        shell(procfile()["web"]),
        log=site.processes["web"].log,
        environ=site.settings,
        ready=lambda: listens(web),
        ready_within=60,
        grace=20,
    )
    return web


def listens(web: Process) -> bool:
    """Whether a process of this particular web accepts visitors."""
    return any(
        connection.status == psutil.CONN_LISTEN
        for worker in psutil.Process(web.pid).children()
        for connection in worker.net_connections("tcp")
    )


def stop_and_start(site: Site) -> None:
    site.stop("web")
    site.start("web")


def test_prospects_who_submit_notice_nothing_while_every_process_is_replaced(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    times = scale(2, 20)
    busy = sent_during(site, replace_all, times)
    assert (set(busy.read), set(busy.sent), busy.unanswered) == ({200}, {303}, 0)
    wait_until_handled(site, len(busy.sent), within=LONG)
    check_each_was_handled_once(site)
    assert site.value(FAILED_TRIES) == 0
    note(
        f"every process replaced {times} times while {len(busy.read)} pages were read and"
        f" {len(busy.sent)} applications sent: each answered, each handled once, no try failed"
    )


def test_stopping_and_starting_the_web_process_leaves_some_requests_unanswered(site: Site) -> None:
    """The control."""
    busy = sent_during(site, stop_and_start, 1)
    assert busy.unanswered
    wait_until_handled(site, site.value("SELECT count(*) FROM applications"), within=LONG)
