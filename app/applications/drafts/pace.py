"""How the minutes that the site promises divide among the form's pages: as measured on those who
sent it or, until there are enough of them, by the questionnaire's own figures.

The total is always what the site's other pages promise, whatever was measured.
"""

import math
import time
from collections.abc import Mapping

import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.questions.questionnaire import MINUTES, Questionnaire

# Whoever saves nothing for longer has turned to something else; none of that pause counts.
LONGEST_PAUSE_SECONDS = 300
ENOUGH = 20
# Whoever took less for the whole form was a program, such as our own demonstration.
LEAST_SECONDS = 60
LOOK_AGAIN_SECONDS = 600

# What a save sets step_seconds to: the time since the last save of any step counts for its own.
WITH_TIME = f"""
CASE WHEN extract(epoch FROM statement_timestamp() - saved_at) BETWEEN 0 AND {LONGEST_PAUSE_SECONDS}
THEN step_seconds || jsonb_build_object(CAST(%(step)s AS text), round(
    coalesce(CAST(step_seconds ->> %(step)s AS numeric), 0)
    + extract(epoch FROM statement_timestamp() - saved_at), 1))
ELSE step_seconds END
"""

# By questionnaire version: when the database was last asked, and what it said.
Learned = dict[str, tuple[float, Mapping[str, int]]]

log = structlog.get_logger()

# The newest first: the ids begin with a time. Held applications are left out, as a program may have
# sent them.
MEDIANS = text("""
SELECT step, percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(seconds AS real)) AS seconds
FROM (
    SELECT step_seconds FROM drafts d
    WHERE submitted_at IS NOT NULL AND questions_version = :version AND NOT EXISTS (
        SELECT FROM applications a WHERE a.draft_id = d.id AND a.status IN ('held', 'dismissed')
    ) AND :least <= (
        SELECT sum(CAST(value AS real)) FROM jsonb_each_text(step_seconds)
    )
    ORDER BY id DESC LIMIT 200
) AS sent, jsonb_each_text(step_seconds) AS spent (step, seconds)
GROUP BY step HAVING count(*) >= :enough
""")


def minutes_by_step(session: Session, questionnaire: Questionnaire) -> Mapping[str, int]:
    """The whole minutes that each step takes, by its key. The promised minutes are shared out by
    the median of the last 200 who sent these questions if at least 20 have, else by the
    questionnaire's own figures. Time counts from a draft's first save, so the first page lacks the
    time spent reading it.

    The database is asked every ten minutes.
    """
    learned: Learned = current_app.extensions.setdefault("pace", {})
    asked_at, minutes = learned.get(questionnaire.version, (-math.inf, {}))
    if time.monotonic() - asked_at > LOOK_AGAIN_SECONDS:
        minutes = _divide(_learn(session, questionnaire))
        learned[questionnaire.version] = (time.monotonic(), minutes)
    return minutes


def _learn(session: Session, questionnaire: Questionnaire) -> Mapping[str, float]:
    """The unrounded minutes of each step: measured, or else the questionnaire's."""
    values = {"version": questionnaire.version, "enough": ENOUGH, "least": LEAST_SECONDS}
    medians = {row.step: row.seconds / 60 for row in session.execute(MEDIANS, values)}
    taken = {step.key: medians.get(step.key, step.minutes) for step in questionnaire.steps}
    if (whole := round(sum(taken.values()))) > MINUTES:
        log.warning("form.takes_longer_than_promised", minutes=whole, promised=MINUTES)
    return taken


def _divide(taken: Mapping[str, float]) -> Mapping[str, int]:
    """The promised minutes shared out: one for each step, then one at a time to the step that is
    furthest behind its measured time."""
    minutes = dict.fromkeys(taken, 1)
    for _ in range(MINUTES - len(taken)):
        minutes[max(taken, key=lambda step: taken[step] / minutes[step])] += 1
    return minutes
