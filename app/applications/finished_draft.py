"""The draft that is about to be sent: read once, with what screening asks about its submission."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.types.json import Jsonb

from app.applications.drafts.progress import answered_steps
from app.applications.drafts.service import NO_SAVE, array_of
from app.applications.models import UNSENT
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.applications.refusal import DraftUnfinished, raise_refusal
from app.screening.origins import COUNTED_FOR
from app.screening.screen import SubmissionFacts


class FinishedDraft(NamedTuple):
    """A draft that can be sent: its stored answers, its person's key, and what screening asks."""

    answers: Answers
    person_key: bytes | None
    facts: SubmissionFacts


# Whether the draft is as the page that sends it has shown it. The UPDATE that seals the draft asks
# this again, so that what is sealed is what was read here.
AS_SEEN = f"""
    id = %(draft_id)s AND version = %(draft_version)s AND {UNSENT}
    AND coalesce(step_saves ->> %(last_step)s, %(no_save)s) = ANY(CAST(%(seen_saves)s AS text[]))
"""
# After the key come the facts, in the order of `SubmissionFacts`.
READ_DRAFT = f"""
SELECT answers, key,
    CAST(extract(epoch FROM statement_timestamp() - started_at) AS float8), coalesce((
        SELECT reference FROM applications a
        WHERE md5(a.answers ->> 'problem') = md5(d.answers ->> 'problem')
            AND a.submitted_at > statement_timestamp() - interval '30 days'
        ORDER BY a.submitted_at DESC LIMIT 1
    ), ''), (
        SELECT count(*) FROM applications a
        WHERE lower(a.email) = lower(d.answers ->> 'email')
            AND a.submitted_at > statement_timestamp() - CAST(%(counted_for)s AS interval)
    ), (
        SELECT count(*) FROM submission_origins o
        WHERE o.origin = CAST(%(origin)s AS bytea)
            AND o.submitted_at > statement_timestamp() - CAST(%(counted_for)s AS interval)
    )
FROM drafts d LEFT JOIN person_keys ON person_id = id
WHERE {AS_SEEN} AND questions_version = %(questions_version)s
  AND complete_steps @> %(earlier_steps)s
"""  # noqa: S608 - texts of our own


def as_seen(
    draft_id: uuid.UUID, version: int, saves: Sequence[str], questionnaire: Questionnaire
) -> dict[str, Any]:
    """The draft as the prospect has reviewed it: the parameters of AS_SEEN, and the questions."""
    return {
        "draft_id": draft_id,
        "draft_version": version,
        "questions_version": questionnaire.version,
        "last_step": questionnaire.steps[-1].key,
        "no_save": NO_SAVE,
        "seen_saves": array_of(saves),
    }


def read_finished_draft(
    connection: Connection,
    page: Mapping[str, Any],
    answers: Answers,
    questionnaire: Questionnaire,
) -> FinishedDraft:
    """The draft, if it still is as the prospect has seen it. ``page`` is `as_seen`, with the
    sender's ``origin``; ``answers`` are the last page's. Raises like `submit_application`."""
    keys = [step.key for step in questionnaire.steps[:-1]]
    wanted = {"earlier_steps": Jsonb(keys), "counted_for": COUNTED_FOR}
    row = connection.execute(READ_DRAFT, {**page, **wanted}).fetchone()
    if row is None:
        raise_refusal(connection, page["draft_id"], answers, questionnaire)
    drafted, person_key, *facts = row
    if answered_steps(drafted, keys, questionnaire) != keys:
        raise DraftUnfinished(page["draft_id"])
    return FinishedDraft(drafted, person_key, SubmissionFacts(drafted["email"], *facts))
