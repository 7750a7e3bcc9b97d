"""What the public may see of the site's own deliveries. It is an allow list, so that what is added
to the site later stays private.

For an event its type; for a delivery its stage, status, tries and duration, with the time truncated
to the hour. Ids, streams, payloads and errors are not even read.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from flask_babel import lazy_gettext
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# Only up to the proposal: what follows is a decision about a person.
TYPES = ("application.submitted", "application.scored", "engagement.proposed")
STAGES = {
    "scoring.score_fit": lazy_gettext("The fit is scored"),
    "notifications.confirm_receipt": lazy_gettext("A receipt is emailed"),
    "applications.keep_promise": lazy_gettext("The day of the answer is set"),
    "engagements.propose_engagement": lazy_gettext("An engagement is proposed"),
    "notifications.alert_staff": lazy_gettext("Staff are told"),
    "review.list_application": lazy_gettext("The reviewers’ queue is updated"),
}
# How far back it looks, and how much it shows.
LATEST_EVENTS = 100
LOOK_BACK = 20_000
LATEST_LINES = 12

DELIVERIES = """
SELECT e.type, d.subscriber AS stage, d.status, d.attempts AS tries,
    date_trunc('hour', e.recorded_at) AS hour,
    extract(epoch FROM d.done_at - e.recorded_at)::float8 AS seconds, d.id
FROM (
    SELECT position, type, recorded_at FROM events
    WHERE type = ANY(:types) AND position > (SELECT max(position) FROM events) - :look_back
    ORDER BY position DESC LIMIT :events
) AS e JOIN deliveries d ON d.event_position = e.position
WHERE d.subscriber = ANY(:stages)
"""
LATEST = text(f"""
SELECT type, stage, status, tries, hour, seconds FROM ({DELIVERIES}) AS latest
ORDER BY id DESC LIMIT :lines
""")  # noqa: S608 - a part of our own
FIGURES = text(f"""
SELECT stage, count(*) FILTER (WHERE status = 'done') AS done,
    count(*) FILTER (WHERE status <> 'done') AS unfinished,
    count(*) FILTER (WHERE status = 'done' AND tries > 1) AS retried,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS slow
FROM ({DELIVERIES}) AS latest GROUP BY stage
""")  # noqa: S608 - as above


class Line(msgspec.Struct, frozen=True):
    """One delivery. ``seconds`` is the time from the recording of the event to the handler's
    commit, rounded to hundredths; None if it is not done."""

    type: str
    stage: str
    status: str
    tries: int
    hour: datetime
    seconds: float | None


class StageFigures(msgspec.Struct, frozen=True):
    """A stage's deliveries for the latest events: done, not done, done after a retry, and the
    median and 95th percentile of the seconds that they took."""

    stage: str
    done: int = 0
    unfinished: int = 0
    retried: int = 0
    median: float | None = None
    slow: float | None = None


class Exhibit(msgspec.Struct, frozen=True):
    """Everything that is public."""

    stages: Sequence[StageFigures]
    lines: Sequence[Line]


def public_exhibit(session: Session) -> Exhibit:
    """The public view of the pipeline now."""
    values = {
        "types": list(TYPES),
        "stages": list(STAGES),
        "events": LATEST_EVENTS,
        "look_back": LOOK_BACK,
    }
    figures = {row.stage: row for row in session.execute(FIGURES, values)}
    lines = session.execute(LATEST, {**values, "lines": LATEST_LINES})
    return Exhibit(
        stages=[_stage(stage, figures.get(stage)) for stage in STAGES],
        lines=[
            Line(row.type, row.stage, row.status, row.tries, row.hour, _rounded(row.seconds))
            for row in lines
        ],
    )


def _stage(stage: str, row: Row | None) -> StageFigures:
    if row is None:
        return StageFigures(stage)
    return StageFigures(
        stage, row.done, row.unfinished, row.retried, _rounded(row.median), _rounded(row.slow)
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
