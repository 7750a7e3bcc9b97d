"""Promise 9, where the server's own limits can't help: every process of Postgres is suspended,
while its machine goes on acknowledging packets."""

import html
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from local.postgres import Postgres
from tests.faults.handled import check_each_was_handled_once, wait_until_handled
from tests.prospects import make_prospects, send
from tests.site import Site, eventually

TYPED = "We have <two> queues."


@contextmanager
def standing_still(server: Postgres) -> Iterator[None]:
    """Inside, every process of the server is suspended."""
    postmaster = psutil.Process(server.pid)
    stopped = [postmaster]
    try:
        postmaster.suspend()  # first, so that it starts no others
        for child in postmaster.children(recursive=True):
            child.suspend()
            stopped.append(child)
        yield
    finally:
        for process in reversed(stopped):
            os.kill(process.pid, signal.SIGCONT)


def test_posts_are_refused_while_postgres_is_frozen_and_accepted_when_it_resumes(
    site: Site, postgres: Postgres, note: Callable[[str], None]
) -> None:
    first, second, *others = (
        prospect._replace(fields={**prospect.fields, "anything_else": TYPED})
        for prospect in make_prospects(site, 4)
    )
    assert send(site, first).token
    with standing_still(postgres):
        refused = send(site, second)
        still_refused = [send(site, other) for other in others]
    for answer in (refused, *still_refused):
        assert answer.status == 503
        assert TYPED in html.unescape(answer.page)
    eventually(lambda: bool(send(site, second).token))
    for other in others:
        assert send(site, other).token
    wait_until_handled(site, 4)
    check_each_was_handled_once(site)
    note(
        f"Postgres standing still: 503 after {refused.seconds:.1f} s, the next after"
        f" {max(answer.seconds for answer in still_refused):.1f} s, taken when it went on"
    )
