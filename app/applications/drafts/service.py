"""Drafts: begun at the first step, saved at each."""

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
    """The draft has been sent; it can't be changed any more."""


class NotThisDraft(Exception):
    """The page belongs to another draft than the one that its browser holds now, or to one that was
    deleted or set aside meanwhile. What it says goes nowhere unseen: the other may be somebody
    else's."""


class StepChanged(Exception):
    """The step was saved by another page, and what that page said would be overwritten unseen."""


class Save(NamedTuple):
    """One save of a step. ``id`` is the page's own; ``seen`` are the saves that the page builds on,
    NO_SAVE among them where it was shown before there was any."""

    id: str
    seen: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """What it may overwrite. A page without JavaScript repeats its own id, after Back or at a
        double click."""
        return (self.id, *self.seen)


def start_draft(session: Session, questionnaire: Questionnaire) -> Draft:
    """A new, empty draft, to be filled by saving its first step."""
    draft = Draft(
        resume_token=secrets.token_urlsafe(24),
        questions_version=questionnaire.version,
        answers={},
        complete_steps=[],
    )
    session.add(draft)
    session.flush()  # its id goes into the cookie
    key_of(driver_connection(session), draft.id)  # made now, so that sending the form need not
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
    """Replace the answers of one step and leave the others, whoever saves them meanwhile: then it
    is done again with what they have stored.

    What can't be accepted is kept all the same, and the step is not complete; nor is it where its
    form has not ``accepted`` what was typed, whatever of that could be stored. A later step to
    which they add a question is complete no more. Raises StepChanged where ``save`` doesn't know
    what it would overwrite, DraftSealed after the submission, and NotThisDraft where the draft was
    deleted meanwhile.
    """
    while True:
        saved = _with_step(draft, step, answers, questionnaire, save, accepted=accepted)
        saved = saved._replace(language=language)
        if saved == draft or store_draft(connection, saved):
            return saved
        draft = read_again(connection, draft.id)


def read_again(connection: Connection, draft_id: uuid.UUID) -> KeptDraft:
    """The draft as it stands by now. Raises NotThisDraft where it was deleted meanwhile."""
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
    """The draft as the save would leave it."""
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
    known = _asked_elsewhere(draft, step, questionnaire)
    still = answered_steps(saved.answers, among, questionnaire, known=known)
    if changed or (step.key in still) != (step.key in draft.complete_steps):
        saved = _with_work(saved, step)
    return saved._replace(complete_steps=still)


def _asked_elsewhere(draft: KeptDraft, step: Step, questionnaire: Questionnaire) -> set[str]:
    """The keys of the questions whose answers this step's save leaves as they are: they were looked
    at when their own step was saved. With the last step all are looked at again: it is sent next.
    """
    if step.key == STEP_KEYS[-1]:
        return set()
    own = {question.key for question in step.questions}
    return {question.key for question in questionnaire.asked(draft.answers)} - own


def _with_work(draft: KeptDraft, step: Step) -> KeptDraft:
    """What the step was changed to has to be looked over again."""
    now = utc_now()
    # The last step's answers are sent by the page that shows them: there is nothing to look over.
    version = draft.version if step.key == STEP_KEYS[-1] else draft.version + 1
    return with_time(draft, step, now)._replace(version=version, saved_at=now, reminded_at=None)


def note_files(draft: Draft) -> None:
    """Files were added or removed: they are looked over with the answers."""
    draft.version += 1
    draft.saved_at = utc_now()
    draft.reminded_at = None


def last_save(draft: KeptDraft | None, step: Step) -> str:
    """The id of the step's last save, or NO_SAVE."""
    return str(draft.step_saves.get(step.key, NO_SAVE)) if draft else NO_SAVE


def move_to_present_questions(
    session: Session, draft: Draft, questionnaire: Questionnaire
) -> list[Step] | None:
    """Have a draft that was begun under older questions go on under these, with every answer: those
    that are not asked any more are only not sent. Return the steps that have to be looked at again.
    None where it was sent, deleted or moved meanwhile: then it stays as it is."""
    if not lock_unsent(session, draft.id) or draft.questions_version == questionnaire.version:
        return None
    done = draft.complete_steps
    draft.complete_steps = answered_steps(draft.answers, done, questionnaire)
    draft.questions_version = questionnaire.version
    draft.version += 1
    keep_questionnaire(session, questionnaire)
    return [questionnaire.step(key) for key in done if key not in draft.complete_steps]


def lock_unsent(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """The draft, locked; None where it was sent or deleted meanwhile."""
    wanted = select(Draft).where(Draft.id == draft_id, Draft.submitted_at.is_(None))
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(locked)
