"""An application right after its submission, without going through the form's pages."""

from sqlalchemy.orm import Session

from app.applications.drafts.service import start_draft
from app.applications.models import Application
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.applications.submission import submit_application
from app.platform.database.connection import driver_connection
from app.platform.languages.choice import SOURCE


def submit_answers(session: Session, answers: Answers, *, language: str = SOURCE) -> Application:
    """Submit the answers in the session's transaction; its events are not handled yet."""
    questionnaire = current_questionnaire()
    last_keys = {question.key for question in questionnaire.steps[-1].questions}
    draft = start_draft(session, questionnaire)
    draft.answers = {key: value for key, value in answers.items() if key not in last_keys}
    draft.complete_steps = list(STEP_KEYS[:-1])
    session.flush()
    made = submit_application(
        driver_connection(session),
        draft.id,
        {key: value for key, value in answers.items() if key in last_keys},
        questionnaire,
        draft_version=draft.version,
        prefix="CE",
        language=language,
    )
    return session.get_one(Application, made.application_id)
