"""Checks what each application must have in the end, whatever was broken in between."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from app.events.integrity.chain import broken_links
from config import load_config
from tests.prospects import submit
from tests.site import PATIENCE, Site, eventually

REFERENCE = re.compile(r"[A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4}")
ALL_THE_WAY = 2 * PATIENCE
QUEUE = "celery"

# Each step records what follows in its own transaction, so nothing falls between these queries.
UNFINISHED = """
SELECT (SELECT count(*) FROM mail_messages WHERE status <> 'sent')
     + (SELECT count(*) FROM deliveries WHERE status <> 'done')
     + (SELECT count(*) FROM events WHERE relayed_at IS NULL)
"""
WAITING = """
SELECT concat_ws(' ', status, subscriber, stream, stream_version, attempts, last_error)
FROM deliveries WHERE status <> 'done'
UNION ALL SELECT concat_ws(' ', 'mail', status, attempts) FROM mail_messages WHERE status <> 'sent'
UNION ALL SELECT concat_ws(' ', 'not relayed', type, stream) FROM events WHERE relayed_at IS NULL
"""
DEAD = "SELECT subscriber, last_error FROM deliveries WHERE status = 'dead'"
# Each of these queries returns every application once if its effect has happened once.
EFFECTS = {
    "a submission": "SELECT stream FROM events WHERE type = 'application.submitted'",
    "a score": "SELECT 'application-' || application_id FROM scores",
    "its event": "SELECT stream FROM events WHERE type = 'application.scored'",
    "an engagement": "SELECT 'application-' || application_id FROM engagements",
    "its proposal": "SELECT 'application-' || (data ->> 'application_id') FROM events"
    " WHERE type = 'engagement.proposed'",
    "the time when our answer is due": "SELECT stream FROM scheduled_events"
    " WHERE type = 'application.answer_due' AND cancelled_at IS NULL",
}
NEIGHBOURS = """
SELECT count(before), count(*) FILTER (WHERE claimed_at <= before OR done_at <= before)
FROM (
    SELECT claimed_at, done_at,
        lag(done_at) OVER (PARTITION BY subscriber, stream ORDER BY stream_version) AS before
    FROM deliveries
) AS in_their_order
"""
HANDLERS_AT_A_LOCK = """
SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE d.datname = current_database() AND relation = %s::regclass AND NOT granted
"""
UNFINISHED_OF_ONE = """
SELECT count(*) FROM deliveries
WHERE status <> 'done' AND (stream = 'application-' || %s OR stream IN (
    SELECT 'engagement-' || id FROM engagements WHERE application_id = %s
))
"""
PROPOSED = "SELECT count(*) FROM engagements WHERE application_id = %s"


def wait_until_handled(site: Site, count: int, within: float = ALL_THE_WAY) -> None:
    """Return when ``count`` applications are fully handled, both mails included."""
    eventually(lambda: site.value("SELECT count(*) FROM applications") == count, within)
    try:
        eventually(lambda: is_handled(site), within)
    except AssertionError as error:
        waiting = [row for (row,) in site.rows(WAITING)]
        raise AssertionError(f"{error}; what waits: {waiting}") from error


def is_handled(site: Site) -> bool:
    """Whether nothing waits any more; fails if something is a dead letter."""
    assert site.rows(DEAD) == []
    return bool(site.value(UNFINISHED) == 0)


def check_each_was_handled_once(site: Site, *, mails_each: int = 1) -> int:
    """Check that each application has one of each effect, and the right number of mails to staff
    and to the prospect.

    Return how many mails came again with the same Message-ID.
    """
    applications = site.rows("SELECT 'application-' || id, reference, email FROM applications")
    once = Counter(stream for stream, _, _ in applications)
    for effect, query in EFFECTS.items():
        assert Counter(stream for (stream,) in site.rows(query)) == once, effect

    received = defaultdict(set)
    for mail in site.sink.mails:
        reference = REFERENCE.search(str(mail["Subject"]))
        assert reference, mail["Subject"]
        received[str(mail["To"]), reference[0]].add(mail["Message-ID"])
    expected = {(email, reference) for _, reference, email in applications}
    expected |= {(site.settings["STAFF_MAIL"], reference) for _, reference, _ in applications}
    assert received.keys() == expected
    assert {len(message_ids) for message_ids in received.values()} <= {mails_each}
    return len(site.sink.mails) - mails_each * len(received)


def check_order_was_kept(site: Site) -> int:
    """Check that no subscriber began an event of a stream before it was done with the one before
    it.

    Return how many pairs of consecutive events were compared.
    """
    pairs, broken = site.rows(NEIGHBOURS)[0]
    assert broken == 0
    return int(pairs)


def check_the_chain_holds(site: Site) -> None:
    """Check that no event is missing from its stream, or differs from what was recorded."""
    engine = create_engine(load_config(site.settings).sqlalchemy_url, poolclass=NullPool)
    with Session(engine) as session:
        assert list(broken_links(session)) == []


@contextmanager
def changed(site: Site, change: str, back: str) -> Iterator[None]:
    """Inside, the site's database lacks a guard; for controls."""
    with psycopg.connect(site.settings["OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(change.encode())
        try:
            yield
        finally:
            connection.execute(back.encode())


@contextmanager
def locked(site: Site, table: str) -> Iterator[None]:
    """Inside, writes to the table block."""
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(Identifier(table)))
        yield


def standing_still(site: Site, table: str) -> int:
    """How many sessions are blocked at that table now."""
    return int(site.value(HANDLERS_AT_A_LOCK, table))


def left_behind(site: Site) -> int:
    """How many deliveries wait although a new one gets through: their tasks were lost."""
    submit(site, 1)
    newcomer = site.value("SELECT id FROM applications ORDER BY submitted_at DESC LIMIT 1")
    eventually(lambda: site.value(PROPOSED, newcomer) == 1 and is_settled(site, newcomer))
    with site.broker() as broker:
        eventually(lambda: broker.llen(QUEUE) == 0)
    return int(site.value("SELECT count(*) FROM deliveries WHERE status = 'waiting'"))


def is_settled(site: Site, application_id: object) -> bool:
    """Whether everything recorded is relayed, and everything about this application is handled."""
    unrelayed = site.value("SELECT count(*) FROM events WHERE relayed_at IS NULL")
    return bool(unrelayed == site.value(UNFINISHED_OF_ONE, application_id, application_id) == 0)


def flush_redis(site: Site) -> None:
    with site.broker() as broker:
        broker.flushall()
