"""A preview of a replay: today's handlers run on the chosen letters, and nothing of it is kept.

Each handler works in a transaction that Postgres would refuse to commit, with the doors to the
outside closed. What it did is read from the database itself, so that no way of writing goes
unnoticed, and then rolled back.
"""

import time
import uuid
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

from app.chat.queries import chat_of_this_transaction
from app.events.delivery.handling import describe_error
from app.events.rows import EVENT_COLUMNS, recorded_event
from app.events.subscription import Subscriptions
from app.events.tracing import caused_by
from app.notifications.queries import mail_of_this_transaction
from app.operations.replay.closed_doors import doors_closed, refuse
from app.operations.replay.foreseen import (
    Foreseen,
    ForeseenCharge,
    ForeseenEvent,
    ForeseenMail,
    RowChanges,
)
from app.payments.queries import deposits_of_this_transaction
from app.platform.database import db, new_id

LONGEST_SECONDS = 8.0
MOST_KEYS = 5
# In a larger table, scanning for the rows that changed would take too long.
LARGEST_TABLE = 200_000

LIMIT = text("""
SELECT set_config('statement_timeout', '2s', true), set_config('lock_timeout', '500ms', true)
""")
# Two equal rows under a unique constraint that is checked only at the commit.
FORBID_COMMIT = text("""
CREATE TEMPORARY TABLE doomed (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP;
INSERT INTO doomed VALUES (1), (1)
""")
DEAD_LETTERS = text(f"""
SELECT {EVENT_COLUMNS}, d.id AS delivery_id, d.subscriber
FROM replay_items i JOIN deliveries d ON d.id = i.delivery_id
JOIN events e ON e.position = d.event_position LEFT JOIN person_keys k ON k.person_id = e.person_id
WHERE i.replay_id = :id AND d.status = 'dead' AND d.claim = i.claim ORDER BY d.id
""")  # noqa: S608 - the columns are a constant
# Postgres counts every write, however it was made; what the connection did before may be included.
WRITTEN = text("""
SELECT s.relname, n_tup_ins, n_tup_upd, n_tup_del, reltuples
FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0
ORDER BY s.relname
""")
# A transaction holds a lock on its own id, and on that of each savepoint that has written.
OWN_NUMBERS = text("""
SELECT transactionid::text FROM pg_locks
WHERE pid = pg_backend_pid() AND locktype = 'transactionid' AND mode = 'ExclusiveLock'
""")
BEHIND = text("""
SELECT e.type FROM deliveries letter
JOIN deliveries d ON d.subscriber = letter.subscriber AND d.stream = letter.stream
    AND d.stream_version > letter.stream_version AND d.status <> 'done'
JOIN events e ON e.position = d.event_position
WHERE letter.id = :id ORDER BY d.stream_version
""")
RECORDED = text("""
SELECT type, stream FROM events
WHERE horizon >= log_horizon(pg_current_xact_id()) AND xmin::text = ANY(:numbers) ORDER BY position
""")


class Rehearsal(Session):
    """A session for one handler. A handler must not commit, here or in a delivery."""

    def commit(self) -> None:
        refuse("a commit of its own")


def preview_replay(replay_id: uuid.UUID, subscriptions: Subscriptions) -> dict[int, Foreseen]:
    """What would become of each letter of the set, by its delivery; nothing is kept. A letter that
    was tried since it was chosen is left out, as the replay will leave it alone.

    Waits at most half a second for a lock, and holds the locks of one letter at a time.
    """
    db.session.rollback()  # a handler that uses the request's own session reaches out too
    with db.engine.connect() as connection:
        dead_letters = connection.execute(DEAD_LETTERS, {"id": replay_id}).all()
        connection.rollback()
        until = time.monotonic() + LONGEST_SECONDS
        foreseen = {}
        for dead_letter in dead_letters:
            if time.monotonic() < until:
                foreseen[dead_letter.delivery_id] = _rehearse(
                    connection, dead_letter, subscriptions
                )
                connection.rollback()
            else:
                foreseen[dead_letter.delivery_id] = Foreseen(is_tried=False)
    return foreseen


def _rehearse(connection: Connection, dead_letter: Row, subscriptions: Subscriptions) -> Foreseen:
    connection.execute(LIMIT)
    connection.execute(FORBID_COMMIT)
    before = {row.relname: row for row in connection.execute(WRITTEN)}
    # Rows created from here on have greater ids, so they are at one end of a table of any size.
    newest = new_id()
    with Rehearsal(bind=connection, join_transaction_mode="rollback_only") as session:
        with doors_closed() as outside:
            try:
                recorded = recorded_event(dead_letter)
                with caused_by(recorded.id, recorded.metadata.correlation_id):
                    subscriptions.subscriber(dead_letter.subscriber)(session, recorded)
                    session.flush()
            except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is a failed try
                session.rollback()
                return Foreseen(error=describe_error(error), outside=tuple(outside))
        behind = session.scalars(BEHIND, {"id": dead_letter.delivery_id}).all()
        foreseen = _look(session, before, newest, subscriptions, tuple(outside))
        return msgspec.structs.replace(foreseen, behind=behind)


def _look(
    session: Session,
    before: dict[str, Row],
    newest: uuid.UUID,
    subscriptions: Subscriptions,
    outside: Sequence[str],
) -> Foreseen:
    numbers = list(session.scalars(OWN_NUMBERS))
    return Foreseen(
        outside=outside,
        rows=list(_changes(session, before, numbers)),
        events=[
            ForeseenEvent(row.type, row.stream, subscriptions.subscribers_of(row.type))
            for row in session.execute(RECORDED, {"numbers": numbers})
        ],
        mails=[
            ForeseenMail(mail.recipient, mail.subject)
            for mail in mail_of_this_transaction(session, newest)
        ],
        chat=[message.text for message in chat_of_this_transaction(session, newest)],
        charges=[
            ForeseenCharge(d.amount_cents, d.currency)
            for d in deposits_of_this_transaction(session, newest)
        ],
    )


def _changes(
    session: Session, before: dict[str, Row], numbers: Sequence[str]
) -> Iterator[RowChanges]:
    for now in session.execute(WRITTEN).all():
        then = before[now.relname][1:4] if now.relname in before else (0, 0, 0)
        added, changed, removed = (a - b for a, b in zip(now[1:4], then, strict=True))
        if added or changed or removed:
            keys = _keys(session, now, numbers)
            yield RowChanges(now.relname, added, changed, removed, keys)


def _keys(session: Session, written: Row, numbers: Sequence[str]) -> Sequence[str]:
    """The primary keys of rows that this transaction wrote; no other column is shown. Keys that the
    database numbers itself are left out: the replay would get others."""
    table = db.metadata.tables.get(written.relname)
    if table is None or written.reltuples > LARGEST_TABLE:
        return ()
    if any(column.identity for column in table.primary_key):
        return ()
    ours = text("xmin::text = ANY(:numbers)").bindparams(numbers=list(numbers))
    keys = table.select().with_only_columns(*table.primary_key).where(ours).limit(MOST_KEYS)
    return [", ".join(map(str, row)) for row in session.execute(keys)]
