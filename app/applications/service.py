"""What is done to an application: submitted once, asked about, decided once."""

import secrets
import uuid

import msgspec
from sqlalchemy import ColumnElement, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.applications.drafts import first_incomplete_step
from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationSubmitted,
    MoreProvided,
    MoreRequested,
)
from app.applications.fold import APPLICATIONS
from app.applications.models import Application, Draft
from app.applications.questions import Answers, Questionnaire
from app.database import after_commit, new_id
from app.events import bell
from app.events.store import metadata_by, record
from app.events.types import Event, stream_of

# Crockford's base 32: no I, L, O or U, so that a reference survives the telephone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Verdict = ApplicationAccepted | ApplicationDeclined | MoreRequested


class DraftUnfinished(Exception):
    """There is no such draft, or one of its earlier steps has no accepted answers yet."""


class DraftChanged(Exception):
    """The draft was saved again after the page that sends it was shown."""


class AlreadySubmitted(Exception):
    """The draft has become an application before. ``same`` tells whether with the same answers."""

    def __init__(self, application: Application, *, same: bool) -> None:
        super().__init__(application.reference)
        self.application = application
        self.same = same


class AlreadyDecided(Exception):
    """Somebody else changed the application since the caller read it."""


class NothingAsked(Exception):
    """The application waits for no answer from the prospect."""


# The seal on the draft, the application and its event are one statement: one round trip, and all
# or nothing. Of any number of simultaneous submits one finds the draft unsealed.
SUBMIT = text("""
WITH sealed AS (
    UPDATE drafts
    SET submitted_at = now(), answers = answers - CAST(:last_keys AS text[]) || :last_answers
    WHERE id = :draft_id AND version = :draft_version AND submitted_at IS NULL
      AND complete_steps @> :earlier_steps
    RETURNING id, answers, questions_version
), submitted AS (
    INSERT INTO applications (id, draft_id, reference, access_token, name, email, company,
        answers, questions_version, submitted_at)
    SELECT :id, id, :reference, :access_token, answers ->> 'name', answers ->> 'email',
        answers ->> 'company', answers, questions_version, statement_timestamp()
    FROM sealed
    RETURNING *
)
INSERT INTO events (id, stream, version, type, schema_version, data, metadata, recorded_at)
SELECT :event_id, :stream, 1, :type, :schema_version,
    jsonb_build_object('reference', reference, 'name', name, 'email', email, 'company', company,
        'answers', answers, 'questions_version', questions_version),
    :metadata, submitted_at
FROM submitted
RETURNING position
""").bindparams(
    bindparam("last_answers", type_=JSONB),
    bindparam("earlier_steps", type_=JSONB),
    bindparam("metadata", type_=JSONB),
)


def submit_application(
    session: Session,
    draft_id: uuid.UUID,
    answers: Answers,
    questionnaire: Questionnaire,
    *,
    draft_version: int,
    prefix: str,
) -> str:
    """Turn the draft into an application, record application.submitted, return the access token.

    ``answers`` are those of the last page, which go with the draft's own; ``draft_version`` is the
    one that the prospect looked over. Raises AlreadySubmitted for a repeat, DraftUnfinished while
    an earlier step has no accepted answers, and DraftChanged.
    """
    *earlier, last = questionnaire.steps
    application_id = new_id()
    access_token = secrets.token_urlsafe(24)
    submitted = session.execute(
        SUBMIT,
        {
            "draft_id": draft_id,
            "draft_version": draft_version,
            "earlier_steps": [step.key for step in earlier],
            "last_keys": [question.key for question in last.questions],
            "last_answers": answers,
            "id": application_id,
            "reference": make_reference(prefix),
            "access_token": access_token,
            "event_id": new_id(),
            "stream": stream_of("application", application_id),
            "type": ApplicationSubmitted.type,
            "schema_version": ApplicationSubmitted.schema_version,
            "metadata": msgspec.to_builtins(metadata_by("prospect")),
        },
    )
    if submitted.one_or_none() is None:
        _explain_refusal(session, draft_id, answers, questionnaire)
    after_commit(session, bell.ring)
    return access_token


def _explain_refusal(
    session: Session, draft_id: uuid.UUID, answers: Answers, questionnaire: Questionnaire
) -> None:
    earlier = session.scalar(select(Application).where(Application.draft_id == draft_id))
    if earlier:
        last_keys = {question.key for question in questionnaire.steps[-1].questions}
        sent = {key: earlier.answers[key] for key in last_keys & earlier.answers.keys()}
        raise AlreadySubmitted(earlier, same=sent == answers)
    draft = session.get(Draft, draft_id)
    if draft is None or first_incomplete_step(draft, questionnaire) is not questionnaire.steps[-1]:
        raise DraftUnfinished(draft_id)
    raise DraftChanged(draft_id)


def make_reference(prefix: str) -> str:
    """A reference to quote, like CE-7K3M-2Q9F: 40 random bits."""
    number = secrets.randbits(40)
    letters = "".join(REFERENCE_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def decide_application(
    session: Session, application_id: uuid.UUID, verdict: Verdict, *, seen_version: int, actor: str
) -> None:
    """Give a verdict on an open application that still stands as the reviewer saw it.

    Raises AlreadyDecided when it does not: of any number of simultaneous verdicts one is taken.
    """
    application = _lock(
        session,
        Application.id == application_id,
        Application.version == seen_version,
        Application.status.in_(("submitted", "more_requested")),
    )
    if application is None:
        raise AlreadyDecided(application_id)
    _record(session, application, verdict, actor=actor)


def provide_more(session: Session, application_id: uuid.UUID, message: str) -> None:
    """Record the prospect's answer to a reviewer's question. Raises NothingAsked without one."""
    application = _lock(
        session, Application.id == application_id, Application.status == "more_requested"
    )
    if application is None:
        raise NothingAsked(application_id)
    _record(session, application, MoreProvided(message=message), actor="prospect")


def _lock(session: Session, *which: ColumnElement[bool]) -> Application | None:
    wanted = select(Application).where(*which).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def _record(session: Session, application: Application, event: Event, *, actor: str) -> None:
    """Record the event, and take it into its row, which is locked."""
    recorded = record(session, stream_of("application", application.id), event, actor=actor)
    APPLICATIONS.advance(application, recorded)
