"""The answers in the order in which a reviewer reads them."""

import msgspec
from markupsafe import Markup

from app.applications.questions.answers import Answer, Answers
from app.applications.questions.questionnaire import Questionnaire
from app.applications.questions.readable import readable_answers
from app.web.text_checks import WEB_ADDRESS

READ_FIRST = "problem"
LINK = Markup('<a href="{0}">{0}</a>')


class Section(msgspec.Struct, frozen=True):
    """One step's answers: what was written at length, and the rest as (question, answer)."""

    key: str
    title: str
    texts: list[tuple[str, str | list[str]]]
    facts: list[tuple[str, str | list[str]]]


def sections_of(answers: Answers, questionnaire: Questionnaire) -> list[Section]:
    """The problem first, then the other steps in the order of the form."""
    sections = []
    for step, rows in readable_answers(answers, questionnaire):
        long = {question.label for question in step.questions if question.kind == "long_text"}
        sections.append(
            Section(
                key=step.key,
                title=step.title,
                texts=[(label, answer) for label, answer in rows if label in long and answer],
                facts=[(label, _linked(answer)) for label, answer in rows if label not in long],
            )
        )
    return sorted(sections, key=lambda section: section.key != READ_FIRST)


def _linked(answer: Answer) -> Answer:
    """Turn a web address into a link; leave any other answer as it is."""
    is_address = isinstance(answer, str) and WEB_ADDRESS.fullmatch(answer)
    return LINK.format(answer) if is_address else answer
