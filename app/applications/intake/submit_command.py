"""A command from another site's form: checked against our own questions, recorded once."""

import re
from typing import Any

import msgspec
from cloudevents.core.base import BaseCloudEvent
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.applications.drafts.forms import form_for
from app.applications.drafts.service import start_draft
from app.applications.models import TakenCommand
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.applications.submission import submit_application
from app.platform.database.connection import driver_connection

SUBMIT = "application.submit"
LONGEST_IDENTITY = 1000
NOT_ASKED = "This question does not apply, given the other answers."
# Postgres does not store them. Other control characters may be in identities that were taken.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Problems = dict[str, str]
"""A sentence on each problem, by the question's key, or "" for the command as a whole."""


class SubmitCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data of a command: the answers, with the keys and option values of our questions."""

    answers: Answers


class CommandRefused(Exception):
    """The command can't be taken, and no retry will change that."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class AlreadyTaken(Exception):
    """A command with this source and id was already taken. The caller has to roll back."""


def take_command(
    session: Session, command: BaseCloudEvent, questionnaire: Questionnaire, *, prefix: str
) -> None:
    """Record the application that the command asks for, in the session's transaction, together
    with the command's source and id. Raises CommandRefused, or AlreadyTaken for a repeat, even if
    the questions have changed since."""
    given = _answers_in(command)
    known = select(TakenCommand.id).filter_by(source=command.get_source(), id=command.get_id())
    if session.scalar(known):
        raise AlreadyTaken(command.get_id())
    answers = accepted_answers(given, questionnaire)
    *_, last = questionnaire.steps
    last_keys = {question.key for question in last.questions}
    draft = start_draft(session, questionnaire)
    draft.answers = {key: answer for key, answer in answers.items() if key not in last_keys}
    draft.complete_steps = [step.key for step in questionnaire.steps if step is not last]
    session.flush()
    made = submit_application(
        driver_connection(session),
        draft.id,
        {key: answer for key, answer in answers.items() if key in last_keys},
        questionnaire,
        draft_version=draft.version,
        prefix=prefix,
    )
    taken = session.scalar(
        insert(TakenCommand)
        .values(
            source=command.get_source(),
            id=command.get_id(),
            application_id=made.application_id,
        )
        .on_conflict_do_nothing()
        .returning(TakenCommand.id)
    )
    if taken is None:
        raise AlreadyTaken(command.get_id())


def accepted_answers(answers: Answers, questionnaire: Questionnaire) -> Answers:
    """The answers as the web form would store them. Raises CommandRefused with the error messages
    that the form would show."""
    problems = {key: "No such question." for key in answers if key not in questionnaire.keys}
    accepted: Answers = {}
    for step in questionnaire.steps:
        given = {q.key: answers[q.key] for q in step.questions if q.key in answers}
        form = form_for(step)(formdata=MultiDict(given), earlier=accepted, meta={"csrf": False})
        if not form.validate():
            problems |= {key: str(sentences[0]) for key, sentences in form.errors.items()}
        problems |= {
            question.key: "Answer this question again."
            for question in step.questions
            if not question.has_shape_of(given.get(question.key, ""))
        }
        accepted |= form.answers()
    not_asked = accepted.keys() - questionnaire.answers_to_asked(accepted).keys()
    problems |= dict.fromkeys(not_asked, NOT_ASKED)
    if problems:
        raise CommandRefused(problems)
    return accepted


def _answers_in(command: BaseCloudEvent) -> Answers:
    if command.get_type() != SUBMIT:
        raise CommandRefused({"": f"The type must be {SUBMIT}."})
    if len(command.get_source()) + len(command.get_id()) > LONGEST_IDENTITY:
        raise CommandRefused({"": "The source and the id are too long."})
    for name in ("source", "id"):
        if UNSTORABLE.search(command.get_attributes()[name]):
            raise CommandRefused({"": f"The {name} has a NUL or half a surrogate pair in it."})
    try:
        return msgspec.convert(_plain(command.get_data()), SubmitCommand).answers
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise CommandRefused({"": f"The data does not fit: {error}."}) from None


def _plain(data: Any) -> Any:
    """The data as JSON types, even if the sender did not declare it as JSON."""
    return msgspec.json.decode(data) if isinstance(data, str | bytes) else data
