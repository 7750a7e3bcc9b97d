"""Promise 7: whatever becomes of Redis, the site accepts POSTs as fast as ever.

kombu 5.7 may end a worker that loses Redis at a bad moment; it is restarted, as in production.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import pytest

from tests.demo_applications import STRONG
from tests.faults.careless import serving
from tests.faults.handled import check_each_was_handled_once, flush_redis, wait_until_handled
from tests.faults.wire import State, Wire
from tests.prospects import (
    FIRST_STEPS,
    Answer,
    Prospect,
    make_prospects,
    post,
    sealed,
    send,
)
from tests.site import FULL_FAULTS, Site

# Times vary on a loaded machine; a request that waits for Redis is slower by far more than this.
AS_FAST = 5
DRAINED_WITHIN = 60.0
# Redis is emptied in each trouble; in the full run, emptying it is also a trouble by itself.
TROUBLES = [State.REFUSED, State.RESET, State.HALF_OPEN, State.SLOW]
TROUBLES += [State.WHOLE] if FULL_FAULTS else []
FIRST_PAGE = {question.key: STRONG[question.key] for question in FIRST_STEPS[0].questions}


@pytest.fixture(scope="module", autouse=True)
def worker_ended_afterwards(whole_site: Site) -> Iterator[None]:
    """Kill the worker afterwards: what it went through may yet end it during another test."""
    yield
    whole_site.kill("worker")


def begin(site: Site) -> Answer:
    """A newcomer's first page: the POST whose rate limit is counted in Redis."""
    address = f"2001:db8:{secrets.randbelow(0xFFFF):x}:{secrets.randbelow(0xFFFF):x}::1"
    cookie, fields = sealed(site, FIRST_PAGE)
    return post(site, "/apply/you", cookie, fields, **{"X-Forwarded-For": address})


def post_many(site: Site, count: int) -> list[Answer]:
    """``count`` POSTs: half of them submissions, half newcomers' first pages."""
    last_pages = [send(site, prospect) for prospect in make_prospects(site, count // 2)]
    return [*last_pages, *(begin(site) for _ in range(count - count // 2))]


@contextmanager
def broken(wire: Wire, state: State) -> Iterator[None]:
    wire.become(state)
    yield
    wire.become(State.WHOLE)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_posts_are_accepted_as_fast_as_ever_and_handled_once_redis_recovers(
    site: Site,
    wire: Wire,
    trouble: State,
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    before, count = scale(10, 20), scale(12, 500)
    with site.kept_running():
        usual = [answer.seconds for answer in post_many(site, before)]
        wait_until_handled(site, before // 2)
        with broken(wire, trouble):
            answers = post_many(site, count)
            flush_redis(site)
        wait_until_handled(site, (before + count) // 2, within=DRAINED_WITHIN)
    assert {answer.status for answer in answers} == {303}
    seconds = [answer.seconds for answer in answers]
    assert max(seconds) < wire.latency
    assert median(seconds) < AS_FAST * median(usual)
    check_each_was_handled_once(site)
    note(
        f"Redis {trouble.value} and emptied: {count} POSTs, no 5xx, median"
        f" {median(seconds) / median(usual):.1f} times the usual, all handled afterwards"
    )


def test_a_request_that_waited_for_redis_would_fail_or_hang(site: Site, wire: Wire) -> None:
    """The control."""
    states = (State.REFUSED, State.SLOW)
    with serving(site, "with_redis_in_the_request"):
        for state, prospect in zip(states, make_prospects(site, len(states)), strict=True):
            with broken(wire, state):
                assert fails_or_hangs(site, prospect, wire.latency)


def fails_or_hangs(site: Site, prospect: Prospect, latency: float) -> bool:
    try:
        answer = send(site, prospect)
    except TimeoutError:
        return True  # the client gave up before the site did
    return answer.status >= 500 or answer.seconds >= latency
