"""All promises together: processes, servers, network and clock fail at random while the site is
busy, and in the end each accepted POST has had each of its effects, once and in order."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest

from local.ports import HOST
from local.postgres import temporary_postgres
from local.redis import temporary_redis
from tests.faults.conversations import CUT_OFF, Conversations
from tests.faults.handled import (
    ALL_THE_WAY,
    check_each_was_handled_once,
    check_order_was_kept,
    check_the_chain_holds,
    wait_until_handled,
)
from tests.faults.troubles import Clock, Victim, kills, troubles
from tests.faults.wire import Wire
from tests.site import Site, eventually, prepared_site

MAILS_EACH = 2
DRAIN = 2 * ALL_THE_WAY
STORED = "SELECT access_token FROM applications"
SAID = """
SELECT array_agg(type ORDER BY version) FROM events
WHERE stream LIKE 'application-%' AND type <> 'application.scored' GROUP BY stream
"""
# Made by the submission and cancelled by the question; in the wrong order it would remain.
FIRST_PROMISES = """
SELECT count(*), count(DISTINCT stream) FROM scheduled_events WHERE cancelled_at IS NOT NULL
"""
# For the controls: a delivery done without its effect, two swapped deliveries, an altered event.
DONE_FOR_NOTHING = """
UPDATE deliveries SET status = 'done', claimed_at = now(), done_at = now()
WHERE id = (SELECT min(id) FROM deliveries WHERE subscriber = 'applications.keep_promise')
"""
SWAPPED = """
UPDATE deliveries SET claimed_at = other.claimed_at, done_at = other.done_at
FROM deliveries AS other
WHERE deliveries.subscriber = 'applications.keep_promise' AND deliveries.id <> other.id
  AND other.subscriber = deliveries.subscriber AND other.stream = deliveries.stream
"""
REWRITTEN = """
UPDATE events SET data = data || '{"total": 100}' WHERE type = 'application.scored'
"""
CONVERSATION = ["application.submitted", "application.more_requested", "application.more_provided"]


@pytest.fixture(scope="module")
def whole_victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A site with its own servers."""
    clock = Clock(tmp_path_factory.mktemp("clock") / "shift")
    with (
        temporary_postgres() as postgres,
        temporary_redis() as redis,
        Wire(redis.port, latency=0) as wire,
        prepared_site(
            postgres,
            redis,
            {
                "REDIS_URL": f"redis://{HOST}:{wire.port}/0",
                "TRUSTED_PROXIES": "1",
                **clock.settings,
            },
        ) as site,
    ):
        yield Victim(site, wire, clock)


@pytest.fixture
def victim(whole_victim: Victim) -> Victim:
    whole_victim.site.reset()
    return whole_victim


@pytest.fixture
def site(victim: Victim) -> Site:
    return victim.site


def drawn(names: Sequence[str], count: int) -> list[str]:
    """``count`` of the names in random order, each at least once."""
    chosen = [*names, *random.choices(names, k=count - len(names))]
    random.shuffle(chosen)
    return chosen


def strike(
    victim: Victim, busy: Conversations, count: int, kill: int, trouble: int
) -> Counter[str]:
    """Strike at random moments; return how often each failure struck. A trouble lasts until the
    next trouble; kills do not end it."""
    killing, troubling = kills(victim), troubles(victim)
    struck = drawn(list(killing), kill) + drawn(list(troubling), trouble)
    random.shuffle(struck)
    moments = sorted(random.choices(range(count), k=len(struck)))
    with ExitStack() as lasting:
        for moment, name in zip(moments, struck, strict=True):
            eventually(partial(busy.have_begun, moment), within=DRAIN)
            if name in killing:
                killing[name]()
            else:
                lasting.close()
                lasting.enter_context(troubling[name]())
    return Counter(struck)


def check_everything(site: Site, tokens: set[str]) -> tuple[int, int]:
    """Return how many pairs of consecutive events were compared and how many mails repeated."""
    assert {token for (token,) in site.rows(STORED)} == tokens
    assert site.rows(SAID) == [(CONVERSATION,)] * len(tokens)
    assert site.rows(FIRST_PROMISES) == [(len(tokens), len(tokens))], "the first promises"
    check_the_chain_holds(site)
    return (
        check_order_was_kept(site),
        check_each_was_handled_once(site, mails_each=MAILS_EACH),
    )


def test_whatever_fails_each_accepted_post_has_each_effect_once_and_in_order(
    site: Site,
    victim: Victim,
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    count = scale(24, 2000)
    with site.kept_running(site.postgres, site.redis), Conversations(site) as conversations:
        conversations.start(count)
        struck = strike(victim, conversations, count, kill=scale(9, 200), trouble=scale(7, 60))
        conversations.finish()
        wait_until_handled(site, count, within=DRAIN)
    neighbours, repeats = check_everything(site, conversations.tokens)
    pressed = conversations.pressed
    note(
        f"over {count} applications with a question and an answer each: "
        + ", ".join(f"{name} {times}" for name, times in sorted(struck.items()))
        + f"; of {pressed.total()} POSTs {pressed[CUT_OFF]} cut off, {pressed[503]} answered 503,"
        f" the accepted all there; each effect once, {neighbours} neighbours in order,"
        f" chain whole, {repeats} mails repeated"
    )
    assert set(pressed) <= {CUT_OFF, 200, 302, 303, 400, 503}


def test_a_delivery_marked_done_without_its_effect_is_noticed(site: Site) -> None:
    """A control: one effect is missing."""
    site.kill("worker")
    with Conversations(site) as conversations:
        conversations.start(2)
        conversations.finish()
    eventually(lambda: site.value("SELECT count(*) FROM events WHERE relayed_at IS NULL") == 0)
    change(site, DONE_FOR_NOTHING)
    site.start("worker")
    wait_until_handled(site, 2)
    with pytest.raises(AssertionError, match="the first promises"):
        check_everything(site, conversations.tokens)


def test_deliveries_out_of_order_and_a_rewritten_event_are_noticed(site: Site) -> None:
    """A control: nothing is missing."""
    with Conversations(site) as conversations:
        conversations.start(2)
        conversations.finish()
        wait_until_handled(site, 2)
    check_everything(site, conversations.tokens)
    change(site, SWAPPED)
    with pytest.raises(AssertionError):
        check_order_was_kept(site)
    change(site, REWRITTEN)
    with pytest.raises(AssertionError):
        check_the_chain_holds(site)


def change(site: Site, statement: str) -> None:
    """Make a change that the site itself has no rights to make."""
    with psycopg.connect(
        site.postgres.url_of(urlsplit(site.settings["DATABASE_URL"]).path[1:])
    ) as all_powerful:
        all_powerful.execute("SET session_replication_role = replica")
        all_powerful.execute(statement.encode())
