"""A submission: the sealed draft, the application and its event, in one statement."""

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from app.applications.drafts.progress import answered_steps
from app.applications.drafts.service import NO_SAVE
from app.applications.events import ApplicationHeld, ApplicationSubmitted
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.applications.reference import make_reference
from app.applications.refusal import DraftUnfinished, explain_refusal
from app.database import Executor, after_commit, new_id
from app.events import bell
from app.events.integrity.person_keys import key_of
from app.events.spans import trace_recording
from app.events.store import content_of, metadata_by
from app.events.types import stream_of
from app.languages.choice import SOURCE
from app.screening.origins import COUNTED_FOR
from app.screening.rules import Signals
from app.screening.screen import Sent


class Submitted(NamedTuple):
    """What a draft has become: the application, and the token of its prospect's link."""

    application_id: uuid.UUID
    access_token: str


# Guarded like the seal below, so that what is sealed is what was read.
READ_DRAFT = text("""
SELECT answers, key AS person_key,
    CAST(extract(epoch FROM statement_timestamp() - started_at) AS float8) AS seconds, coalesce((
        SELECT reference FROM applications a
        WHERE md5(a.answers ->> 'problem') = md5(d.answers ->> 'problem')
            AND a.submitted_at > statement_timestamp() - interval '30 days'
        ORDER BY a.submitted_at DESC LIMIT 1
    ), '') AS same_text, (
        SELECT count(*) FROM applications a
        WHERE lower(a.email) = lower(d.answers ->> 'email')
            AND a.submitted_at > statement_timestamp() - CAST(:counted_for AS interval)
    ) AS under_email, (
        SELECT count(*) FROM submission_origins o
        WHERE o.origin = CAST(:origin AS bytea)
            AND o.submitted_at > statement_timestamp() - CAST(:counted_for AS interval)
    ) AS from_origin
FROM drafts d LEFT JOIN person_keys ON person_id = id
WHERE id = :draft_id AND version = :draft_version AND submitted_at IS NULL
  AND questions_version = :questions_version
  AND coalesce(step_saves ->> :last_step, :no_save) = ANY(:seen_saves)
  AND complete_steps @> :earlier_steps
""").bindparams(bindparam("earlier_steps", type_=JSONB))

# The seal on the draft, the application and its event are one statement: one round trip, and all
# or nothing. Of any number of simultaneous submits one finds the draft unsealed. The event's stream
# is new, so there is nobody to queue behind, as there is in `app/events/store.py`.
SUBMIT = """
WITH sealed AS (
    UPDATE drafts SET submitted_at = now(), answers = :answers
    WHERE id = :draft_id AND version = :draft_version AND submitted_at IS NULL
      AND coalesce(step_saves ->> :last_step, :no_save) = ANY(:seen_saves)
    RETURNING id
), submitted AS (
    INSERT INTO applications (id, draft_id, reference, access_token, name, email, company,
        answers, questions_version, language, submitted_at, status, version, signals)
    SELECT :application_id, id, :reference, :access_token, :name, :email, :company, :answers,
        :questions_version, :language, statement_timestamp(), :status, :version, :signals
    FROM sealed RETURNING submitted_at
), counted AS (
    INSERT INTO submission_origins (origin)
    SELECT CAST(:origin AS bytea) FROM sealed WHERE CAST(:origin AS bytea) IS NOT NULL
)
INSERT INTO events (id, stream, version, type, schema_version, data, metadata, person_id, sealed,
    recorded_at)
SELECT :id, :stream, 1, :type, :schema_version, :data, :metadata, :person_id,
    CAST(:sealed AS bytea), submitted_at
FROM submitted
"""
# One that is held is never seen without that: by nobody who reads the log, nor after a crash.
HOLD = """
UNION ALL
SELECT :held_id, :stream, 2, :held_type, :held_schema_version, :held_data, :held_metadata,
    CAST(NULL AS uuid), CAST(NULL AS bytea), submitted_at
FROM submitted
"""
JSON = [bindparam(name, type_=JSONB) for name in ("answers", "signals", "data", "metadata")]
HELD_JSON = [bindparam(name, type_=JSONB) for name in ("held_data", "held_metadata")]
SUBMIT_OPEN = text(f"{SUBMIT} RETURNING position").bindparams(*JSON)
SUBMIT_HELD = text(f"{SUBMIT} {HOLD} RETURNING position").bindparams(*JSON, *HELD_JSON)

Screen = Callable[[Sent], Signals]
"""Tells the signals that hold a submission; none let it go on."""


def submit_application(
    executor: Executor,
    draft_id: uuid.UUID,
    answers: Answers,
    questionnaire: Questionnaire,
    *,
    draft_version: int,
    seen_saves: Sequence[str] = (NO_SAVE,),
    prefix: str,
    language: str = SOURCE,
    origin: bytes | None = None,
    screen: Screen = lambda _: {},
) -> Submitted:
    """Turn the draft into an application, and record application.submitted.

    ``answers`` are those of the last page, which go with the draft's own; ``draft_version`` is the
    one that the prospect looked over, ``seen_saves`` are those of the last page itself,
    ``language`` is the one that it was in, ``origin`` where it comes from. What ``screen`` finds
    holds the application, which application.held then says. Raises AlreadySubmitted for a repeat,
    DraftUnfinished while an earlier step has no accepted answers, or such as would be refused by
    now, and DraftChanged, also where the questions have changed since.
    """
    seen = {
        "draft_id": draft_id,
        "draft_version": draft_version,
        "questions_version": questionnaire.version,
        "last_step": questionnaire.steps[-1].key,
        "no_save": NO_SAVE,
        "seen_saves": list(seen_saves),
        "origin": origin,
    }
    draft = _finished_draft(executor, seen, answers, questionnaire)
    submission = _submission(draft.answers, answers, questionnaire, prefix, language)
    made = Submitted(new_id(), secrets.token_urlsafe(24))
    signals = screen(_sent(submission, draft))
    key = draft.person_key or key_of(executor, draft_id)
    if not _store(executor, submission, signals, made, seen, bytes(key)):
        explain_refusal(executor, draft_id, answers, questionnaire)
    after_commit(executor, bell.ring)
    return made


def _finished_draft(
    executor: Executor,
    seen: Mapping[str, Any],
    answers: Answers,
    questionnaire: Questionnaire,
) -> Row:
    """What is stored of the draft, and of what screening counts. Raises as `submit_application`."""
    keys = [step.key for step in questionnaire.steps[:-1]]
    wanted = {"earlier_steps": keys, "counted_for": COUNTED_FOR}
    draft = executor.execute(READ_DRAFT, {**seen, **wanted}).one_or_none()
    if draft is None:
        explain_refusal(executor, seen["draft_id"], answers, questionnaire)
    if answered_steps(draft.answers, keys, questionnaire) != keys:
        raise DraftUnfinished(seen["draft_id"])
    return draft


def _submission(
    drafted: Answers, answers: Answers, questionnaire: Questionnaire, prefix: str, language: str
) -> ApplicationSubmitted:
    """What is sent: the last page's ``answers``, and of the draft's those of the other pages."""
    last_keys = {question.key for question in questionnaire.steps[-1].questions}
    kept: dict[str, Any] = {k: answer for k, answer in drafted.items() if k not in last_keys}
    return ApplicationSubmitted(
        reference=make_reference(prefix),
        name=kept["name"],
        email=kept["email"],
        company=kept["company"],
        answers=questionnaire.answers_to_asked({**kept, **answers}),
        questions_version=questionnaire.version,
        language=language,
    )


def _sent(submission: ApplicationSubmitted, draft: Row) -> Sent:
    """What screening is told of it, as READ_DRAFT has counted it."""
    return Sent(
        email=submission.email,
        seconds=draft.seconds,
        same_text=draft.same_text,
        under_email=draft.under_email,
        from_origin=draft.from_origin,
    )


def _store(
    executor: Executor,
    submission: ApplicationSubmitted,
    signals: Signals,
    made: Submitted,
    seen: dict[str, Any],
    key: bytes,
) -> bool:
    """Seal the draft and store the application with its events, unless the draft is no longer as
    it was seen."""
    stream, metadata = stream_of("application", made.application_id), metadata_by("prospect")
    content = content_of(submission, seen["draft_id"], key)
    trace_recording(executor, [content], stream, metadata)
    hold = _hold(executor, signals, stream, content["id"]) if signals else {}
    stored = executor.execute(
        SUBMIT_HELD if hold else SUBMIT_OPEN,
        {
            **seen,
            **msgspec.structs.asdict(submission),
            **content,
            **made._asdict(),
            "stream": stream,
            "metadata": msgspec.to_builtins(metadata),
            "status": "held" if hold else "submitted",
            "version": 2 if hold else 1,
            "signals": signals,
            **hold,
        },
    )
    return stored.first() is not None


def _hold(
    executor: Executor, signals: Signals, stream: str, submitted_id: uuid.UUID
) -> dict[str, Any]:
    """What the statement needs to hold the application."""
    held = ApplicationHeld(signals=signals)
    content, by = content_of(held, None, None), metadata_by("system:screening")
    metadata = msgspec.structs.replace(by, causation_id=str(submitted_id))
    trace_recording(executor, [content], stream, metadata)
    return {
        "held_id": content["id"],
        "held_type": held.type,
        "held_schema_version": held.schema_version,
        "held_data": content["data"],
        "held_metadata": msgspec.to_builtins(metadata),
    }
