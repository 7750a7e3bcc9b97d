"""Drafts: started with the first step, saved with each."""

import secrets
import uuid
from typing import NamedTuple

from psycopg import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.kept_draft import KeptDraft, read_draft, store_draft
from app.applications.drafts.pace import with_time
from app.applications.drafts.progress import answered_steps
from app.applications.models import Draft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import STEP_KEYS, Questionnaire, Step
from app.applications.questions.versions import keep_questionnaire
from app.database import utc_now
from app.database.connection import driver_connection
from app.events.integrity.person_keys import key_of

NO_SAVE = "0"


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
    draft: KeptDraft,
    step: Step,
    answers: Answers,
    questionnaire: Questionnaire,
    save: Save,
    *,
    accepted: bool,
    language: str,
) -> KeptDraft:
    """Replace the answers of one step and leave the others. If the draft is written at the same
    time, it is read again and the save repeated on top of that.

    Invalid answers are saved too, but leave the step incomplete, as does ``accepted=False`` (the
    form found errors, perhaps in text that could not be stored). A later step becomes incomplete if
    these answers add a question to it. Raises StepChanged if ``save`` has not seen what it would
    overwrite, DraftSealed after the submission, and NotThisDraft if the draft has been deleted.
    """
    while True:
        saved = _with_step(draft, step, answers, questionnaire, save, accepted=accepted)
        saved = saved._replace(language=language)
        if saved == draft or store_draft(connection, saved):
            return saved
        draft = read_again(connection, draft.id)


def read_again(connection: Connection, draft_id: uuid.UUID) -> KeptDraft:
    """The draft as it is now. Raises NotThisDraft if it has been deleted."""
    draft = read_draft(connection, draft_id)
    if draft is None:
        raise NotThisDraft(draft_id)
    return draft


def _with_step(
    draft: KeptDraft,
    step: Step,
    answers: Answers,
    questionnaire: Questionnaire,
    save: Save,
    *,
    accepted: bool,
) -> KeptDraft:
    """The draft as the save leaves it."""
    if draft.submitted_at:
        raise DraftSealed(draft.id)
    keys = {question.key for question in step.questions}
    others = {key: value for key, value in draft.answers.items() if key not in keys}
    saved = draft._replace(answers={**others, **answers})
    changed = saved.answers != draft.answers
    if changed:
        if others != draft.answers and last_save(draft, step) not in save.known:
            raise StepChanged(draft.id)
        saved = saved._replace(step_saves={**draft.step_saves, step.key: save.id})
    done = {*draft.complete_steps, step.key} if accepted else {*draft.complete_steps} - {step.key}
    among = [key for key in STEP_KEYS if key in done]
    elsewhere = _asked_elsewhere(draft, step, questionnaire)
    still = answered_steps(saved.answers, among, questionnaire, skip=elsewhere)
    if changed or (step.key in still) != (step.key in draft.complete_steps):
        saved = _with_work(saved, step)
    return saved._replace(complete_steps=still)


def _asked_elsewhere(draft: KeptDraft, step: Step, questionnaire: Questionnaire) -> set[str]:
    """The keys of the questions on other steps, whose answers were checked when their own step was
    saved. None for the last step, with which all answers are checked again before sending.
    """
    if step.key == STEP_KEYS[-1]:
        return set()
    own = {question.key for question in step.questions}
    return {question.key for question in questionnaire.asked(draft.answers)} - own


def _with_work(draft: KeptDraft, step: Step) -> KeptDraft:
    """The draft with a new version, since the prospect has to review the change before sending."""
    now = utc_now()
    # Except on the last step: the page that shows its answers is the one that sends them.
    version = draft.version if step.key == STEP_KEYS[-1] else draft.version + 1
    return with_time(draft, step, now)._replace(version=version, saved_at=now, reminded_at=None)


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
    return [questionnaire.step(key) for key in done if key not in draft.complete_steps]


def lock_unsent(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """The draft, locked; None if it has been sent or deleted."""
    wanted = select(Draft).where(Draft.id == draft_id, Draft.submitted_at.is_(None))
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(locked)
