"""Fills tables as if the site had run for a while, and counts what a transaction reads of them."""

from collections import Counter

from sqlalchemy import text
from sqlalchemy.orm import Session

MANY = 2_000
# Each row is about another person, and older than what a test does. Needs a role that may turn
# triggers and foreign keys off.
FILL = f"""
INSERT INTO events (id, stream, version, horizon, type, schema_version, data, metadata, person_id,
    sealed, hash, relayed_at)
SELECT uuidv7(interval '-1 day'), 'application-' || gen_random_uuid(), 1, 1, 'thing.happened', 1,
    '{{}}', '{{}}', gen_random_uuid(), '', '', now()
FROM generate_series(1, {MANY});
INSERT INTO webhook_messages (id, event_id, endpoint_id, status)
SELECT uuidv7(interval '-1 day'), id, gen_random_uuid(), 'delivered' FROM events;
INSERT INTO webhook_attempts (message_id, started_at, duration_ms, http_status, answer)
SELECT id, now(), 1, 200, 'OK' FROM webhook_messages;
INSERT INTO mail_messages (id, key, application_id, correlation_id, status, sent_at, created_at,
    template, recipient, subject, text, html, message_id)
SELECT uuidv7(interval '-1 day'), gen_random_uuid() || ':received:ada@client.example',
    CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, '', 'sent', now(), now() - interval '1 day',
    'received', 'ada@client.example', 'Received', '', '', ''
FROM generate_series(1, {MANY}) n;
INSERT INTO chat_messages (id, event_id, kind, application_id, correlation_id, status, sent_at,
    created_at, text, link)
SELECT uuidv7(interval '-1 day'), gen_random_uuid(), 'received', gen_random_uuid(), '', 'sent',
    now(), now() - interval '1 day', 'Received', ''
FROM generate_series(1, {MANY});
INSERT INTO deposits (id, engagement_id, amount_cents, currency, created_at)
SELECT uuidv7(interval '-1 day'), gen_random_uuid(), 1, 'usd', now() - interval '1 day'
FROM generate_series(1, {MANY});
ANALYZE events, webhook_messages, webhook_attempts, mail_messages, chat_messages, deposits
"""
# Postgres's own statistics, in which a transaction sees its own part immediately.
ROWS_READ = text("""
SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
WHERE schemaname = 'public'
""")


def rows_read(session: Session) -> Counter[str]:
    """How many rows of each table the session has read, perhaps including what it did just
    before."""
    return Counter(dict(session.execute(ROWS_READ).all()))


def read_through(session: Session, before: Counter[str]) -> list[str]:
    """The tables of which the session has since read as many rows as they were filled with."""
    since = rows_read(session) - before
    return sorted(table for table, rows in since.items() if rows >= MANY)
