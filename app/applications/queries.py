"""What other domains may ask about applications."""

import uuid
from collections.abc import Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationReleased, ApplicationSubmitted
from app.applications.models import Application, Draft, StoredQuestionnaire
from app.applications.questions.answers import Answer, Answers
from app.applications.questions.questionnaire import (
    Question,
    Questionnaire,
    Step,
    current_questionnaire,
)
from app.applications.reference import as_made
from app.events.store import count_recorded
from app.events.types import RecordedEvent, stream_of
from app.languages.prose import in_present_language


def get_application(session: Session, application_id: uuid.UUID) -> Application:
    """Raises sqlalchemy.exc.NoResultFound for an unknown id."""
    return session.get_one(Application, application_id)


def share_lock_application(session: Session, application_id: uuid.UUID) -> Application:
    """The same; until the transaction ends nobody changes it."""
    return session.get_one(
        Application, application_id, with_for_update={"read": True}, populate_existing=True
    )


def find_application(session: Session, application_id: uuid.UUID) -> Application | None:
    return session.get(Application, application_id)


def find_draft(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """None for one that was deleted, unsent."""
    return session.get(Draft, draft_id)


def find_application_by_reference(session: Session, reference: str) -> Application | None:
    """However people type it."""
    return session.scalar(select(Application).where(Application.reference == as_made(reference)))


def find_application_by_token(session: Session, token: str) -> Application | None:
    """The application that the prospect's own link opens."""
    if "\x00" in token:  # which Postgres refuses to compare with
        return None
    return session.scalar(select(Application).where(Application.access_token == token))


def application_of(stream: str, named: object) -> uuid.UUID | None:
    """The application that an event is about: its stream's, or the one ``named`` in its payload.
    None where it is about none, or was altered."""
    kind, _, subject_id = stream.partition("-")
    try:
        return uuid.UUID(str(subject_id if kind == "application" else named))
    except ValueError:
        return None


def is_held_until_released(session: Session, sent: RecordedEvent) -> bool:
    """Whether it is the submission of an application that was held: what follows from any other
    submission follows from the release of this one."""
    is_submission = isinstance(sent.data, ApplicationSubmitted)
    return is_submission and bool(get_application(session, sent.subject_id).signals)


def may_be_written_to(session: Session, application: Application) -> bool:
    """Whether mail goes to its address by itself: not where the application was held, unless staff
    have released it. Until then the address may be somebody else's."""
    if not application.signals:
        return True
    stream = stream_of("application", application.id)
    return count_recorded(session, stream, ApplicationReleased) > 0


def questionnaire_of(session: Session, version: str) -> Questionnaire:
    """The questions of that version; today's where it was not kept."""
    current = current_questionnaire()
    stored = session.get(StoredQuestionnaire, version) if version != current.version else None
    if stored is None:
        return current
    return in_present_language(msgspec.convert(stored.content, Questionnaire))


def answers_asked_no_more(session: Session, answers: Answers) -> list[tuple[str, Answer]]:
    """What was answered to questions that today's form has no more, as (question, answer in words)
    of the last questionnaire that asked each."""
    gone = set(answers) - set(current_questionnaire().keys)
    rows: list[tuple[str, Answer]] = []
    latest_first = select(StoredQuestionnaire).order_by(StoredQuestionnaire.first_asked_at.desc())
    for stored in session.scalars(latest_first) if gone else ():
        questionnaire = in_present_language(msgspec.convert(stored.content, Questionnaire))
        known = [key for key in questionnaire.keys if key in gone]
        rows += readable_rows(answers, map(questionnaire.question, known))
        gone -= set(known)
        if not gone:
            break
    return rows


def readable_answers(
    answers: Answers, questionnaire: Questionnaire
) -> list[tuple[Step, list[tuple[str, Answer]]]]:
    """The answers by step, each as (question, answer in the words of its options); "" for none.
    Questions that were not asked are left out."""
    asked = questionnaire.asked(answers)
    return [
        (step, readable_rows(answers, [q for q in step.questions if q in asked]))
        for step in questionnaire.steps
    ]


def readable_rows(answers: Answers, questions: Iterable[Question]) -> list[tuple[str, Answer]]:
    """The same for some questions."""
    rows = []
    for question in questions:
        labels = {option.value: option.label for option in question.options}
        given = answers.get(question.key, "")
        in_words: Answer = (
            [labels.get(one, one) for one in given]
            if isinstance(given, list)
            else labels.get(given, given)
        )
        rows.append((question.label, in_words))
    return rows
