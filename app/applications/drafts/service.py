"""Drafts: started with the first step, saved with each."""

import secrets
import uuid
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import KeptDraft, read_draft
from app.applications.drafts.pace import WITH_TIME
from app.applications.drafts.progress import answered_steps
from app.applications.models import UNSENT, Draft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import STEP_KEYS, Questionnaire, Step
from app.applications.questions.versions import keep_questionnaire
from app.events.integrity.person_keys import key_of
from app.platform.database import utc_now
from app.platform.database.connection import driver_connection

NO_SAVE = "0"

# Saves of different steps may come at the same time: each changes its own part of the row as it is
# then. A new version tells the prospect to review the change before sending.
ANSWERED = "(answers - CAST(%(keys)s AS text[]) || %(answers)s)"
SAVE_STEP = f"""
UPDATE drafts SET answers = {ANSWERED},
    complete_steps = complete_steps - %(step)s
        || CASE WHEN %(accepted)s THEN to_jsonb(CAST(%(step)s AS text)) ELSE '[]' END,
    step_saves = step_saves || jsonb_build_object(CAST(%(step)s AS text), CAST(%(save)s AS text)),
    step_seconds = {WITH_TIME},
    language = %(language)s, version = version + CAST(%(counts)s AS integer),
    saved_at = statement_timestamp(), reminded_at = NULL
WHERE id = %(id)s AND {UNSENT} AND CASE
    WHEN {ANSWERED} = answers
    THEN complete_steps ? %(step)s <> %(accepted)s OR language <> %(language)s
    ELSE coalesce(step_saves ->> %(step)s, %(no_save)s) = ANY(CAST(%(known)s AS text[]))
        OR NOT answers ?| CAST(%(keys)s AS text[])
END
"""  # noqa: S608 - texts of our own


class DraftSealed(Exception):
    """The draft has been sent and can't be changed any more."""


class NotThisDraft(Exception):
    """The page belongs to a draft that its browser no longer holds: it was deleted, or replaced by
    another. Its answers are not saved into that one unasked: it may be somebody else's."""


class StepChanged(Exception):
    """Another page has saved the step, and its answers would be overwritten unseen."""


class Save(NamedTuple):
    """One save of a step. ``id`` is chosen by the page; ``seen`` are the saves that the page has
    seen, with NO_SAVE if it was shown before the first."""

    id: str
    seen: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """The saves that this one may overwrite. Its own id is among them because a page without
        JavaScript repeats it after Back or a double click."""
        return (self.id, *self.seen)


def start_draft(session: Session, questionnaire: Questionnaire) -> Draft:
    """Create an empty draft, to be filled by saving a step."""
    draft = Draft(
        resume_token=secrets.token_urlsafe(24),
        questions_version=questionnaire.version,
        answers={},
        complete_steps=[],
    )
    session.add(draft)
    session.flush()  # its id goes into the cookie
    key_of(driver_connection(session), draft.id)  # made now, so that submitting doesn't have to
    keep_questionnaire(session, questionnaire)
    return draft


def save_step(
    connection: Connection,
    draft_id: uuid.UUID,
    step: Step,
    answers: Answers,
    save: Save,
    *,
    accepted: bool,
    language: str,
) -> str:
    """Replace the answers of one step and leave the others, and return the id of the step's last
    save: this one's, or that of an earlier one if this changes nothing.

    Answers that are not ``accepted`` are saved too, but leave the step incomplete. Raises
    StepChanged if ``save`` has not seen what it would overwrite, DraftSealed after the submission,
    and NotThisDraft if the draft has been deleted, or erased since it was sent.
    """
    values = {
        "id": draft_id,
        "step": step.key,
        "keys": array_of(question.key for question in step.questions),
        "answers": Jsonb(answers, msgspec.json.encode),
        "accepted": accepted,
        "save": save.id,
        "known": array_of(save.known),
        "no_save": NO_SAVE,
        "language": language,
        # The page that shows the last step's answers is the one that sends them: no need to review.
        "counts": step.key != STEP_KEYS[-1],
    }
    if connection.execute(SAVE_STEP, values).rowcount:
        return save.id
    return _save_before(connection, draft_id, step, answers)


def _save_before(connection: Connection, draft_id: uuid.UUID, step: Step, answers: Answers) -> str:
    """The id of the save that already says the same. Raises like `save_step` if there is none."""
    draft = read_again(connection, draft_id)
    if draft.is_erased:
        raise NotThisDraft(draft_id)
    if draft.submitted_at:
        raise DraftSealed(draft_id)
    if any(draft.answers.get(one.key) != answers.get(one.key) for one in step.questions):
        raise StepChanged(draft_id)
    return last_save(draft, step)


def array_of(words: Iterable[str]) -> str:
    """Postgres's form of a list of plain words, such as keys and ids of saves. The driver would
    take ten times as long to make it."""
    return "{" + ",".join(words) + "}"


def read_again(connection: Connection, draft_id: uuid.UUID) -> KeptDraft:
    """The draft as it is now. Raises NotThisDraft if it has been deleted."""
    draft = read_draft(connection, draft_id)
    if draft is None:
        raise NotThisDraft(draft_id)
    return draft


def note_files(draft: Draft) -> None:
    """Note that files were added or removed: the prospect reviews them with the answers."""
    draft.version += 1
    draft.saved_at = utc_now()
    draft.reminded_at = None


def last_save(draft: KeptDraft | None, step: Step) -> str:
    """The id of the step's last save, or NO_SAVE."""
    return str(draft.step_saves.get(step.key, NO_SAVE)) if draft else NO_SAVE


def move_to_present_questions(
    session: Session, draft: Draft, questionnaire: Questionnaire
) -> list[Step] | None:
    """Move a draft that was begun under older questions to these. It keeps every answer; those to
    questions that are no longer asked are not sent. Return the steps that need another look, or
    None if the draft has been sent, deleted or moved already, and is left as it is."""
    if not lock_unsent(session, draft.id) or draft.questions_version == questionnaire.version:
        return None
    done = draft.complete_steps
    draft.complete_steps = answered_steps(draft.answers, done, questionnaire)
    draft.questions_version = questionnaire.version
    draft.version += 1
    keep_questionnaire(session, questionnaire)
    return [s for s in questionnaire.steps if s.key in done and s.key not in draft.complete_steps]


def lock_unsent(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """The draft, locked; None if it has been sent or deleted."""
    wanted = select(Draft).where(Draft.id == draft_id, text(UNSENT))
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(locked)
