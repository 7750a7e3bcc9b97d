"""Earlier questionnaires: each version is kept for as long as there are answers to it."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.applications.models import StoredQuestionnaire
from app.applications.questions.questionnaire import Questionnaire, current_questionnaire
from app.platform.languages.prose import in_present_language


def keep_questionnaire(session: Session, questionnaire: Questionnaire) -> None:
    """Store the questionnaire, unless this version is stored already."""
    wanted = select(StoredQuestionnaire.version).filter_by(version=questionnaire.version)
    if session.scalar(wanted):
        return
    session.execute(
        insert(StoredQuestionnaire)
        .values(version=questionnaire.version, content=msgspec.to_builtins(questionnaire))
        .on_conflict_do_nothing()
    )


def questionnaire_of(session: Session, version: str) -> Questionnaire:
    """The questions of that version, or today's if it was not kept."""
    current = current_questionnaire()
    stored = session.get(StoredQuestionnaire, version) if version != current.version else None
    if stored is None:
        return current
    return _questions_in(stored)


def kept_questionnaires(session: Session) -> Iterator[Questionnaire]:
    """Every version that was ever asked, the latest first, in the request's language."""
    latest_first = select(StoredQuestionnaire).order_by(StoredQuestionnaire.first_asked_at.desc())
    return map(_questions_in, session.scalars(latest_first))


def _questions_in(stored: StoredQuestionnaire) -> Questionnaire:
    return in_present_language(msgspec.convert(stored.content, Questionnaire))
