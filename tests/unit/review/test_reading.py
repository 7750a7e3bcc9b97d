"""The order in which a reviewer reads the answers."""

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.review.reading import sections_of


def test_the_problem_is_read_first_and_in_full(questionnaire: Questionnaire) -> None:
    problem = "It fails.\n\nOften."
    first, *others = sections_of({"problem": problem}, questionnaire)
    assert (first.key, first.texts) == ("problem", [("What is the problem?", problem)])
    asked = [step.key for step in questionnaire.steps]
    assert [section.key for section in others] == [key for key in asked if key != "problem"]


def test_every_question_appears_exactly_once(questionnaire: Questionnaire) -> None:
    answers: Answers = {question.key: "an answer" for question in questionnaire.questions}
    answers |= {"brokers": ["kafka"], "preferred_kind": "fractional"}
    sections = sections_of(answers, questionnaire)
    read = [question for section in sections for question, _ in section.texts + section.facts]
    assert sorted(read) == sorted(question.label for question in questionnaire.questions)


def test_a_question_that_was_not_asked_takes_no_room(questionnaire: Questionnaire) -> None:
    answers: Answers = {"brokers": ["none"], "broker_owner": "nobody"}
    sections = sections_of(answers, questionnaire)
    read = [question for section in sections for question, _ in section.facts]
    assert questionnaire.question("broker_owner").label not in read


def test_a_long_text_that_was_left_empty_takes_no_room(questionnaire: Questionnaire) -> None:
    assert all(not section.texts for section in sections_of({}, questionnaire))
