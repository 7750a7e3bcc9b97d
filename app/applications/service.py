"""What is done to an application: submitted once, asked about, decided once."""

import hashlib
import secrets
import uuid

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationSubmitted,
    MoreProvided,
    MoreRequested,
)
from app.applications.models import Application, Draft
from app.applications.questions import Answers
from app.database import new_id, utc_now
from app.events.store import record
from app.events.types import stream_of

# Crockford's base 32: no I, L, O or U, so that a reference survives the telephone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Verdict = ApplicationAccepted | ApplicationDeclined | MoreRequested
STATUS_AFTER = {
    ApplicationAccepted: "accepted",
    ApplicationDeclined: "declined",
    MoreRequested: "more_requested",
}


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


def submit_application(
    session: Session, draft: Draft, answers: Answers, *, draft_version: int, prefix: str
) -> Application:
    """Turn the draft into an application and record application.submitted, all or nothing.

    ``answers`` are the draft's with those of the last page; ``draft_version`` is the one that the
    prospect looked over. Raises AlreadySubmitted for a repeat (the seal on the draft lets one of
    any number of simultaneous submits through) and DraftChanged.
    """
    body_hash = hash_answers(answers)
    sealed = session.execute(
        update(Draft)
        .where(Draft.id == draft.id, Draft.version == draft_version, Draft.submitted_at.is_(None))
        .values(submitted_at=utc_now(), answers=answers)
    )
    if not sealed.rowcount:  # type: ignore[attr-defined]
        _explain_refusal(session, draft.id, body_hash)
    application = Application(
        id=new_id(),
        draft_id=draft.id,
        body_hash=body_hash,
        reference=make_reference(prefix),
        access_token=secrets.token_urlsafe(24),
        name=answers["name"],
        email=answers["email"],
        company=answers["company"],
        answers=answers,
        questions_version=draft.questions_version,
    )
    session.add(application)
    session.flush()
    record(
        session,
        stream_of("application", application.id),
        ApplicationSubmitted(
            reference=application.reference,
            name=application.name,
            email=application.email,
            company=application.company,
            answers=answers,
            questions_version=application.questions_version,
        ),
        actor="prospect",
        expected_version=0,
    )
    return application


def _explain_refusal(session: Session, draft_id: uuid.UUID, body_hash: str) -> None:
    earlier = session.scalar(select(Application).where(Application.draft_id == draft_id))
    if earlier is None:
        raise DraftChanged(draft_id)
    raise AlreadySubmitted(earlier, same=earlier.body_hash == body_hash)


def hash_answers(answers: Answers) -> str:
    """SHA-256 over the answers as JSON with sorted keys: equal answers, equal hash."""
    return hashlib.sha256(msgspec.json.encode(answers, order="sorted")).hexdigest()


def make_reference(prefix: str) -> str:
    """A reference to quote, like CE-7K3M-2Q9F: 40 random bits."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def decide_application(
    session: Session, application_id: uuid.UUID, verdict: Verdict, *, seen_version: int, actor: str
) -> None:
    """Give a verdict on an open application that still stands as the reviewer saw it.

    Raises AlreadyDecided when it does not: of any number of simultaneous verdicts one is taken.
    """
    status = STATUS_AFTER[type(verdict)]
    taken = session.execute(
        update(Application)
        .where(
            Application.id == application_id,
            Application.version == seen_version,
            Application.status.in_(("submitted", "more_requested")),
        )
        .values(
            status=status,
            version=Application.version + 1,
            decided_at=None if isinstance(verdict, MoreRequested) else utc_now(),
        )
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise AlreadyDecided(application_id)
    record(session, stream_of("application", application_id), verdict, actor=actor)


def provide_more(session: Session, application_id: uuid.UUID, message: str) -> None:
    """Record the prospect's answer to a reviewer's question. Raises NothingAsked without one."""
    taken = session.execute(
        update(Application)
        .where(Application.id == application_id, Application.status == "more_requested")
        .values(status="submitted", version=Application.version + 1)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise NothingAsked(application_id)
    record(
        session,
        stream_of("application", application_id),
        MoreProvided(message=message),
        actor="prospect",
    )
