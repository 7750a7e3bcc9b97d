"""Promise 1: what a redirect confirmed is stored, together with its event, and no half sets are."""

import random
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from multiprocessing.pool import ApplyResult, ThreadPool

from local.ports import answers
from tests.faults.handled import (
    changed,
    check_each_was_handled_once,
    wait_until_handled,
)
from tests.prospects import Answer, Prospect, make_prospects, send, submit
from tests.site import Site, eventually

SENDERS = 6
CUT_ALL_CONNECTIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
HALF_SETS = """
SELECT a.id, e.id, d.id
FROM applications a
FULL JOIN (SELECT * FROM events WHERE type = 'application.submitted') e
    ON e.stream = 'application-' || a.id
FULL JOIN (SELECT * FROM drafts WHERE submitted_at IS NOT NULL) d ON d.id = a.draft_id
WHERE a.id IS NULL OR e.id IS NULL OR d.id IS NULL
"""
EVENT_APART = """
CREATE FUNCTION leave_for_later() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RETURN NULL; END';
CREATE TRIGGER leave_for_later BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION leave_for_later();
"""
EVENT_WITHIN = "DROP TRIGGER leave_for_later ON events; DROP FUNCTION leave_for_later"


class Crowd:
    """Prospects who submit while the site keeps dying. Those who are refused a connection have sent
    nothing, and try again; those who are cut off do not know the outcome, and give up."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.sending = 0

    def has_sent(self, count: int, all_of_it: "ApplyResult[list[Answer | None]]") -> bool:
        return self.sending > count or all_of_it.ready()

    def send(self, prospect: Prospect) -> Answer | None:
        self.sending += 1
        while True:
            try:
                return send(self._site, prospect)
            except ConnectionRefusedError:
                eventually(lambda: answers(int(self._site.settings["PORT"])))
            except (OSError, HTTPException):
                return None


def test_every_redirect_has_its_rows_whatever_dies(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count, cuts, kills = scale(40, 2000), scale(6, 100), scale(3, 100)
    trouble = ["cut"] * cuts + ["kill"] * kills
    random.shuffle(trouble)
    moments = sorted(random.sample(range(count), len(trouble)))
    crowd = Crowd(site)
    with ThreadPool(SENDERS) as pool:
        sent = pool.map_async(crowd.send, make_prospects(site, count), chunksize=1)
        for moment, what in zip(moments, trouble, strict=True):
            eventually(partial(crowd.has_sent, moment, sent))
            if what == "cut":
                site.value(CUT_ALL_CONNECTIONS)
            else:
                site.kill("web")
                site.start("web")
        answered = sent.get()

    tokens = {answer.token for answer in answered if answer and answer.token}
    stored = {token for (token,) in site.rows("SELECT access_token FROM applications")}
    assert tokens <= stored
    assert site.rows(HALF_SETS) == []
    wait_until_handled(site, len(stored))
    repeats = check_each_was_handled_once(site)
    note(
        f"web killed {kills} times, every database connection cut {cuts} times over {count}"
        f" POSTs: {len(tokens)} redirects seen, {len(stored)} applications stored, 0 half sets,"
        f" each handled once, {repeats} mails repeated"
    )


def test_an_event_written_outside_the_transaction_would_leave_half_sets(site: Site) -> None:
    """The control: the event is not part of the commit."""
    with changed(site, EVENT_APART, EVENT_WITHIN):
        submit(site, 5)
    assert len(site.rows(HALF_SETS)) == 5
