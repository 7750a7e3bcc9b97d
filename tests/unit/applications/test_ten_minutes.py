"""The ten minutes that the form promises, by a model of a person who fills it in.

Reading: 238 words a minute, for English prose (M. Brysbaert, "How many words do we read per
minute?", 2019). A choice: 1.35 s to decide, 1.1 s to point and 0.2 s to press (S. Card, T. Moran
and A. Newell, "The Keystroke-Level Model", 1980). Typing: 40 words a minute. Our own guess: three
seconds of thought over each question, and words that come as fast as they are typed.
"""

import pytest

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import MINUTES, Question, Questionnaire, Step
from tests.demo_applications import APPLICATIONS

READ_PER_MINUTE = 238
TYPED_PER_MINUTE = 40
A_CHOICE = (1.35 + 1.1 + 0.2) / 60
NEXT_PAGE = (1.35 + 1.1 + 0.2) / 60
THINKING = 3 / 60
LONGEST = {"problem": 100, "tried": 12, "success": 12}


def words(text: str) -> int:
    return len(text.split())


def minutes_of_question(question: Question, answers: Answers) -> float:
    answer = answers.get(question.key, "")
    labels = " ".join(f"{option.label} {option.hint}" for option in question.options)
    reading = words(f"{question.label} {question.hint} {labels}") / READ_PER_MINUTE
    if isinstance(answer, list):
        return reading + THINKING + len(answer) * A_CHOICE
    if question.options:
        return reading + THINKING + A_CHOICE
    return reading + THINKING + words(answer) / TYPED_PER_MINUTE


def minutes_of(step: Step, answers: Answers, questionnaire: Questionnaire) -> float:
    asked = questionnaire.asked(answers)
    reading = words(f"{step.title} {step.intro}") / READ_PER_MINUTE
    questions = [question for question in step.questions if question in asked]
    return reading + NEXT_PAGE + sum(minutes_of_question(q, answers) for q in questions)


def script_of(answers: Answers) -> Answers:
    """What the typist enters: as much text as the pages ask for. More is the applicant's own wish,
    and the last page's "Anything else" stays empty."""
    script = {key: answer for key, answer in answers.items() if key != "anything_else"}
    for key, most in LONGEST.items():
        script[key] = " ".join(str(answers.get(key, "")).split()[:most])
    return script


@pytest.mark.parametrize("answers", APPLICATIONS, ids=lambda answers: answers["company"])
def test_somebody_who_types_forty_words_a_minute_is_done_in_ten_minutes(
    questionnaire: Questionnaire, answers: Answers
) -> None:
    script = script_of(answers)
    taken = [minutes_of(step, script, questionnaire) for step in questionnaire.steps]
    assert sum(taken) < MINUTES, taken
