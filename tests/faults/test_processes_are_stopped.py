"""SIGTERM, as at each deploy: a process finishes what it has in hand and leaves the rest."""

from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from pathlib import Path

from tests.faults.handled import (
    QUEUE,
    check_each_was_handled_once,
    locked,
    standing_still,
    wait_until_handled,
)
from tests.prospects import make_prospects, send, submit
from tests.site import Site, eventually

CHILDREN = 2
TRIES = "SELECT max(attempts) FROM deliveries WHERE status = %s"
FAILED = "SELECT count(*) FROM delivery_tries"
IN_HAND = "SELECT count(*) FROM deliveries WHERE attempts > 0 AND status = 'waiting'"


def with_handlers_in_hand(site: Site, count: int, end: Callable[[str], None]) -> int:
    """End the worker while it scores and has fetched more tasks than it has children; return how
    many tasks it had taken from the queue."""
    site.kill("worker")
    submit(site, count)
    with site.broker() as broker, locked(site, "scores"):
        site.start("worker")
        # A handler fails if it waits more than two seconds for the lock, so end it immediately.
        eventually(lambda: broker.hlen("unacked") > CHILDREN and standing_still(site, "scores") > 0)
        taken = int(broker.hlen("unacked"))
        end("worker")
    eventually(lambda: not site.processes["worker"].is_running)
    return taken


def test_a_worker_told_to_stop_finishes_what_it_started_and_requeues_the_rest(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    """No sweep is needed: the next worker finds everything in the queue."""
    count = scale(12, 200)
    site.kill("scheduler")
    taken = with_handlers_in_hand(site, count, lambda name: site.processes[name].request_stop())
    assert site.processes["worker"].ending == "exit code 0"
    assert site.value(IN_HAND) == site.value(FAILED) == 0
    with site.broker() as broker:
        assert broker.hlen("unacked") == 0 and broker.llen(QUEUE) > 0

    site.start("worker")
    wait_until_handled(site, count)
    assert site.value(TRIES, "done") == 1
    assert check_each_was_handled_once(site) == 0
    note(
        f"worker told to stop in its handlers with {taken} tasks fetched: {count} applications,"
        " each handled once in one try, no mail repeated"
    )


def test_a_killed_worker_requeues_nothing_it_had_fetched_and_its_tries_count(site: Site) -> None:
    """The control."""
    site.kill("scheduler")
    taken = with_handlers_in_hand(site, 12, site.kill)
    assert site.value(IN_HAND) > 0
    with site.broker() as broker:
        assert broker.hlen("unacked") == taken
    site.start("worker", "scheduler")
    wait_until_handled(site, 12)
    assert site.value(TRIES, "done") == 2
    check_each_was_handled_once(site)


def test_a_web_process_told_to_stop_answers_the_requests_it_has_accepted(
    site: Site, note: Callable[[str], None]
) -> None:
    prospects = make_prospects(site, CHILDREN)
    with ThreadPool(CHILDREN) as senders:
        with locked(site, "applications"):
            answers = senders.map_async(lambda prospect: send(site, prospect), prospects)
            eventually(lambda: standing_still(site, "applications") == CHILDREN)
            site.processes["web"].request_stop()
        assert [answer.status for answer in answers.get()] == [303] * CHILDREN
    eventually(lambda: not site.processes["web"].is_running)
    site.start("web")
    wait_until_handled(site, CHILDREN)
    check_each_was_handled_once(site)
    note(f"web told to stop with {CHILDREN} POSTs in hand: each answered, none lost")


def test_a_web_server_told_to_stop_while_it_starts_its_workers_has_to_kill_none(
    site: Site,
) -> None:
    web = site.processes["web"]
    web.stop()
    before = len(site.log("web"))
    web.launch()
    workers = Path(f"/proc/{web.pid}/task/{web.pid}/children")
    eventually(workers.read_text, every=0.0005)
    web.stop()
    assert web.ending == "exit code 0"
    assert "refused to gracefully stop" not in site.log("web")[before:]
    site.start("web")
