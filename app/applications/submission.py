"""A submission: seals the draft and stores the application with its event, in one statement."""

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from psycopg.types.json import Jsonb

from app.applications.drafts.service import NO_SAVE
from app.applications.events import ApplicationHeld, ApplicationSubmitted
from app.applications.finished_draft import AS_SEEN, as_seen, read_finished_draft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.applications.reference import make_reference
from app.applications.refusal import raise_refusal
from app.events import bell
from app.events.integrity.person_keys import key_of
from app.events.spans import trace_recording
from app.events.store import content_of, metadata_by
from app.events.types import stream_of
from app.platform.database import new_id
from app.platform.database.connection import SiteConnection
from app.platform.languages.choice import SOURCE
from app.screening.rules import Signals
from app.screening.screen import SubmissionFacts


class Submitted(NamedTuple):
    """What a draft became: the application, and the token of its prospect's link."""

    application_id: uuid.UUID
    access_token: str


# One statement seals the draft and inserts the application and its event: all or nothing. Of many
# simultaneous submits, one finds the draft unsealed. The event's stream is new, and needs no lock.
SUBMIT = f"""
WITH sealed AS (
    UPDATE drafts SET submitted_at = now(), answers = %(answers)s
    WHERE {AS_SEEN} RETURNING id
), submitted AS (
    INSERT INTO applications (id, draft_id, reference, access_token, name, email, company,
        answers, questions_version, language, submitted_at, status, version, signals)
    SELECT %(application_id)s, id, %(reference)s, %(access_token)s, %(name)s, %(email)s,
        %(company)s, %(answers)s, %(questions_version)s, %(language)s, statement_timestamp(),
        %(status)s, %(version)s, %(signals)s
    FROM sealed RETURNING submitted_at
), counted AS (
    INSERT INTO submission_origins (origin)
    SELECT CAST(%(origin)s AS bytea) FROM sealed WHERE CAST(%(origin)s AS bytea) IS NOT NULL
)
INSERT INTO events (id, stream, version, type, schema_version, data, metadata, person_id, sealed,
    recorded_at)
SELECT %(id)s, %(stream)s, 1, %(type)s, %(schema_version)s, %(data)s, %(metadata)s, %(person_id)s,
    CAST(%(sealed)s AS bytea), submitted_at
FROM submitted
"""  # noqa: S608 - a text of our own
# In the same statement, so that nobody ever reads a held application's events without the hold.
HOLD = """
UNION ALL
SELECT %(held_id)s, %(stream)s, 2, %(held_type)s, %(held_schema_version)s, %(held_data)s,
    %(held_metadata)s, CAST(NULL AS uuid), CAST(NULL AS bytea), submitted_at
FROM submitted
"""
SUBMIT_HELD = f"{SUBMIT} {HOLD}"

Screen = Callable[[SubmissionFacts], Signals]
"""Returns the signals that hold a submission, or none to let it go on."""


def submit_application(
    connection: SiteConnection,
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

    ``answers`` are the last page's, added to the draft's own. ``draft_version`` is the version that
    the prospect reviewed, ``seen_saves`` the saves that the last page has seen, ``language`` its
    language, ``origin`` a hash of the sender's network. If ``screen`` returns signals, the
    application is held, and application.held recorded too.

    Raises AlreadySubmitted for a repeat, DraftUnfinished if an earlier step is incomplete or its
    answers are no longer valid, and DraftChanged if the draft or the questions have changed.
    """
    seen = as_seen(draft_id, draft_version, seen_saves, questionnaire)
    page = {**seen, "origin": origin}
    draft = read_finished_draft(connection, page, answers, questionnaire)
    submission = _submission(draft.answers, answers, questionnaire, prefix, language)
    submitted = Submitted(new_id(), secrets.token_urlsafe(24))
    signals = screen(draft.facts)
    key = draft.person_key or key_of(connection, draft_id)
    if not _store(connection, submission, signals, submitted, page, key):
        raise_refusal(connection, draft_id, answers, questionnaire)
    connection.after_commit(bell.ring)
    return submitted


def _submission(
    drafted: Answers, answers: Answers, questionnaire: Questionnaire, prefix: str, language: str
) -> ApplicationSubmitted:
    """The event: the last page's ``answers``, and the draft's for the other pages."""
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


def _store(
    connection: SiteConnection,
    submission: ApplicationSubmitted,
    signals: Signals,
    submitted: Submitted,
    page: Mapping[str, Any],
    key: bytes,
) -> bool:
    """Seal the draft and store the application with its events. Returns False, with nothing stored,
    if the draft has changed since it was seen."""
    stream, metadata = stream_of("application", submitted.application_id), metadata_by("prospect")
    content = content_of(submission, page["draft_id"], key)
    trace_recording(connection, [content], stream, metadata)
    hold = _hold(connection, signals, stream, content["id"]) if signals else {}
    stored = connection.execute(
        SUBMIT_HELD if hold else SUBMIT,
        {
            **page,
            **msgspec.structs.asdict(submission),
            **content,
            **submitted._asdict(),
            "answers": Jsonb(submission.answers),
            "signals": Jsonb(signals),
            "stream": stream,
            "data": Jsonb(content["data"]),
            "metadata": Jsonb(metadata),
            "status": "held" if hold else "submitted",
            "version": 2 if hold else 1,
            **hold,
        },
    )
    return stored.rowcount > 0


def _hold(
    connection: SiteConnection, signals: Signals, stream: str, submitted_id: uuid.UUID
) -> dict[str, Any]:
    """The parameters of HOLD."""
    held = ApplicationHeld(signals=signals)
    content, by = content_of(held, None, None), metadata_by("system:screening")
    metadata = msgspec.structs.replace(by, causation_id=str(submitted_id))
    trace_recording(connection, [content], stream, metadata)
    return {
        "held_id": content["id"],
        "held_type": held.type,
        "held_schema_version": held.schema_version,
        "held_data": Jsonb(content["data"]),
        "held_metadata": Jsonb(metadata),
    }
