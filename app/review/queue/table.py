"""How a row of the queue is computed, and what it adds to the figures."""

import uuid
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from app.applications.events import (
    AnswerDue,
    ApplicationPutBack,
    ApplicationTaken,
    MoreProvided,
    MoreRequested,
)
from app.applications.models import AWAITS_ANSWER, OPEN, UNDECIDED
from app.applications.promise import PROSPECT_SPOKE
from app.applications.queries import application_of
from app.engagements.events import EngagementOffered
from app.events.types import RecordedEvent
from app.messages.events import MessageReceived, NoteWritten
from app.messages.promise import REPLIES
from app.review.queue.cursor import NEVER_SCORED_RANK, UNSCORED_RANK
from app.review.queue.models import QueueRow

COLUMNS = tuple(cast(Table, QueueRow.__table__).columns.keys())


def _listed(words: Iterable[str]) -> str:
    """Our own words between the brackets of an IN."""
    return ", ".join(f"'{word}'" for word in words)


SPOKEN_TYPES = _listed(event.type for event in PROSPECT_SPOKE)
REPLY_TYPES = _listed(event.type for event in REPLIES)
IS_OPEN = f"(a.erased_at IS NULL AND a.status IN ({_listed(OPEN)}))"
UNDECIDED_STATUSES = _listed(UNDECIDED)
AWAITING_STATUSES = _listed(AWAITS_ANSWER)

# The tables it reads are folded from the streams, each in the transaction that records the event.
# `strongest` is the criterion that gave the largest share of its points or, among equals, the one
# with the most points; `weakest` is the one that lost the most points, among those that gave at
# most half of theirs. An application is late if an answer fell due that was promised at the
# prospect's last word or, by a release, after it: the event names what led to it. Once it is no
# longer open, what the rubric had proposed is shown only if it was offered. That is counted, since
# for an EXISTS Postgres may read the whole log into a hash.
MADE = f"""
SELECT a.id AS application_id, a.reference, a.name,
    CASE WHEN a.erased_at IS NULL THEN a.company ELSE 'Erased' END AS company,
    concat_ws(chr(10), a.name, a.company, a.email, a.reference) AS search_text,
    CASE WHEN a.erased_at IS NOT NULL AND a.status IN ({UNDECIDED_STATUSES})
        THEN 'erased' ELSE a.status END AS status,
    {IS_OPEN} AS is_open,
    coalesce(s.total, CASE WHEN {IS_OPEN} THEN {UNSCORED_RANK} ELSE {NEVER_SCORED_RANK} END)
        AS rank,
    s.band, s.result ->> 'band_label' AS band_label,
    strongest.reason AS strongest, weakest.reason AS weakest,
    coalesce(e.kind, s.recommended_kind) AS kind, e.total_cents, e.currency,
    e.quote ->> 'billing' AS billing,
    a.submitted_at, a.decided_at, a.signals,
    late.since AS late_since,
    CASE WHEN last_word.type = '{MoreProvided.type}' AND late.since IS NULL
        THEN last_word.recorded_at END AS answered_at,
    asked.at AS asked_at,
    unanswered.since AS unanswered_since,
    noted.count AS notes,
    CASE WHEN turn.type = '{ApplicationTaken.type}' THEN turn.actor END AS taken_by
FROM applications a
LEFT JOIN scores s ON s.application_id = a.id
LEFT JOIN engagements e ON e.application_id = a.id AND ({IS_OPEN} OR (
    SELECT count(*) > 0 FROM events
    WHERE stream = 'engagement-' || e.id AND type = '{EngagementOffered.type}'
))
LEFT JOIN LATERAL (
    SELECT c ->> 'reason' AS reason
    FROM jsonb_array_elements(s.result -> 'criteria') WITH ORDINALITY AS t (c, place)
    ORDER BY CAST(c -> 'points' AS float8) / CAST(c -> 'out_of' AS float8) DESC,
        CAST(c -> 'out_of' AS int) DESC, place
    LIMIT 1
) strongest ON true
LEFT JOIN LATERAL (
    SELECT c ->> 'reason' AS reason
    FROM jsonb_array_elements(s.result -> 'criteria') WITH ORDINALITY AS t (c, place)
    WHERE 2 * CAST(c -> 'points' AS int) <= CAST(c -> 'out_of' AS int)
    ORDER BY CAST(c -> 'out_of' AS int) - CAST(c -> 'points' AS int) DESC, place
    LIMIT 1
) weakest ON true
LEFT JOIN LATERAL (
    SELECT version, type, recorded_at FROM events
    WHERE stream = 'application-' || a.id AND type IN ({SPOKEN_TYPES})
    ORDER BY version DESC LIMIT 1
) last_word ON a.status IN ({AWAITING_STATUSES}) AND a.erased_at IS NULL
LEFT JOIN LATERAL (
    SELECT max(due.recorded_at) AS since FROM events due
    JOIN events promised USING (stream)
    WHERE due.stream = 'application-' || a.id AND due.type = '{AnswerDue.type}'
        AND CAST(promised.id AS text) = due.metadata ->> 'causation_id'
        AND promised.version >= last_word.version
) late ON true
LEFT JOIN LATERAL (
    SELECT max(recorded_at) AS at FROM events
    WHERE stream = 'application-' || a.id AND type = '{MoreRequested.type}'
) asked ON a.status = 'more_requested' AND a.erased_at IS NULL
LEFT JOIN LATERAL (
    SELECT min(recorded_at) AS since FROM events
    WHERE stream = 'application-' || a.id AND type = '{MessageReceived.type}' AND version > (
        SELECT coalesce(max(version), 0) FROM events
        WHERE stream = 'application-' || a.id AND type IN ({REPLY_TYPES})
    )
) unanswered ON true
LEFT JOIN LATERAL (
    SELECT CAST(count(*) AS int) AS count FROM events
    WHERE stream = 'application-' || a.id AND type = '{NoteWritten.type}'
        AND a.erased_at IS NULL
) noted ON true
LEFT JOIN LATERAL (
    SELECT type, metadata ->> 'actor' AS actor FROM events
    WHERE stream = 'application-' || a.id
        AND type IN ('{ApplicationTaken.type}', '{ApplicationPutBack.type}')
    ORDER BY version DESC LIMIT 1
) turn ON a.status IN ({UNDECIDED_STATUSES}) AND a.erased_at IS NULL
"""  # noqa: S608 - a number and names of our own

# What the row r adds to each figure: nothing if the key or the amount is NULL. Held and dismissed
# applications, which a program may have sent, are not counted on the day of their submission.
FIGURES = """
LATERAL (VALUES
    ('status', r.status, 1),
    ('band', r.band, 1),
    ('unanswered', CASE WHEN r.unanswered_since IS NOT NULL THEN 'all' END, 1),
    ('open_value', CASE WHEN r.is_open THEN r.billing || ' ' || r.currency END, r.total_cents),
    ('submitted_on', CASE WHEN r.status NOT IN ('held', 'dismissed')
        THEN to_char(r.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END, 1),
    ('minutes_to_decision',
        CAST(floor(extract(epoch FROM r.decided_at - r.submitted_at) / 60) AS text), 1)
) AS f (name, key, amount)
"""

# Concurrent writers of a row would each apply the difference to the same old row. With this lock
# the second one sees what the first has written.
QUEUE_UP = text("""
SELECT pg_advisory_xact_lock(hashtextextended('queue_rows-' || id, 0))
FROM (SELECT id FROM unnest(CAST(:ids AS uuid[])) AS id ORDER BY id) AS ids
""")
KEEP = text(f"""
WITH made AS (
    {MADE} WHERE a.id = ANY(:ids)
), gone AS (
    DELETE FROM queue_rows
    WHERE application_id = ANY(:ids) AND application_id NOT IN (SELECT application_id FROM made)
), kept AS (
    INSERT INTO queue_rows ({", ".join(COLUMNS)}) SELECT {", ".join(COLUMNS)} FROM made
    ON CONFLICT (application_id) DO UPDATE
    SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])}
    WHERE queue_rows IS DISTINCT FROM excluded
), changes AS (
    SELECT 1 AS sign, {", ".join(COLUMNS)} FROM made
    UNION ALL
    SELECT -1, {", ".join(COLUMNS)} FROM queue_rows WHERE application_id = ANY(:ids)
)
INSERT INTO queue_figures (name, key, amount)
SELECT f.name, f.key, sum(r.sign * f.amount) FROM changes r CROSS JOIN {FIGURES}
WHERE f.key IS NOT NULL AND f.amount IS NOT NULL
GROUP BY f.name, f.key HAVING sum(r.sign * f.amount) <> 0 ORDER BY f.name, f.key
ON CONFLICT (name, key) DO UPDATE SET amount = queue_figures.amount + excluded.amount
""")  # noqa: S608 - columns of our own


def keep_rows(session: Session, application_ids: Sequence[uuid.UUID]) -> None:
    """Recompute the rows of these applications, and correct the figures by the difference. A repeat
    changes nothing; any number of processes may do this at the same time."""
    session.flush()  # the SQL reads what the caller has changed
    session.execute(QUEUE_UP, {"ids": list(application_ids)})
    write_rows(session, application_ids)


def write_rows(session: Session, application_ids: Sequence[uuid.UUID]) -> None:
    """The same, for a caller who knows that nobody else writes these rows."""
    session.execute(KEEP, {"ids": list(application_ids)})


def applications_of(events: Iterable[RecordedEvent]) -> list[uuid.UUID]:
    """The applications that the events are about, each once."""
    named = {application_of(e.stream, getattr(e.data, "application_id", None)) for e in events}
    return [application_id for application_id in named if application_id]
