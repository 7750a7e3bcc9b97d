"""How long each page takes: by those who sent the form, and until enough have, by its own word."""

import math
import time
from collections.abc import Mapping
from datetime import datetime

from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.models import Draft
from app.applications.questions import Questionnaire, Step

# Who saves nothing for longer has turned to something else: no part of it counts.
LONGEST_PAUSE_SECONDS = 300
ENOUGH = 20
LOOK_AGAIN_SECONDS = 600

# By the questions' version: when it was asked for last, and what was found.
Learned = dict[str, tuple[float, Mapping[str, int]]]

# The newest of them first, by the time in their ids. Programs, which are held, take no time.
MEDIANS = text("""
SELECT step, percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(seconds AS real)) AS seconds
FROM (
    SELECT step_seconds FROM drafts d
    WHERE submitted_at IS NOT NULL AND questions_version = :version AND NOT EXISTS (
        SELECT FROM applications a WHERE a.draft_id = d.id AND a.status IN ('held', 'dismissed')
    )
    ORDER BY id DESC LIMIT 200
) AS sent, jsonb_each_text(step_seconds) AS spent (step, seconds)
GROUP BY step HAVING count(*) >= :enough
""")


def note_time(draft: Draft, step: Step, now: datetime) -> None:
    """Count the seconds since the draft's last save towards the step that is saved now."""
    seconds = (now - draft.saved_at).total_seconds()
    if 0 < seconds <= LONGEST_PAUSE_SECONDS:
        spent = draft.step_seconds.get(step.key, 0) + seconds
        draft.step_seconds = {**draft.step_seconds, step.key: round(spent, 1)}


def minutes_by_step(session: Session, questionnaire: Questionnaire) -> Mapping[str, int]:
    """The whole minutes that each step takes, by its key: the median of the last two hundred who
    sent these questions, where twenty have; else the questionnaire's own. A step's first save is
    where its time begins to be known, so what was read before counts on no first page.

    Asked of the database every ten minutes.
    """
    learned: Learned = current_app.extensions.setdefault("pace", {})
    asked_at, minutes = learned.get(questionnaire.version, (-math.inf, {}))
    if time.monotonic() - asked_at > LOOK_AGAIN_SECONDS:
        minutes = _learn(session, questionnaire)
        learned[questionnaire.version] = (time.monotonic(), minutes)
    return minutes


def _learn(session: Session, questionnaire: Questionnaire) -> Mapping[str, int]:
    found = session.execute(MEDIANS, {"version": questionnaire.version, "enough": ENOUGH})
    medians = {row.step: row.seconds for row in found}
    return {
        step.key: max(1, round(medians[step.key] / 60)) if step.key in medians else step.minutes
        for step in questionnaire.steps
    }
