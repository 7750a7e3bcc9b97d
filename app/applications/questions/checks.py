"""Finds errors in conditions when the data files are read, before any answers come.

In a list of cases, each with a ``when``, the first that holds applies.
"""

from collections.abc import Sequence
from itertools import product
from math import prod

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, all_hold, count_words, questions_read
from app.applications.questions.questionnaire import Questionnaire
from app.platform.data_files import repeated

MOST_COMBINATIONS = 20_000
_SAMPLE_WORD = "word "


def check_when(when: When, questionnaire: Questionnaire) -> list[str]:
    """Return the errors in the conditions, each as the predicate of a sentence about the place."""
    asked = [condition.question for condition in when]
    problems = [f"reads '{key}' twice in one condition" for key in repeated(asked)]
    for condition in when:
        if condition.question not in questionnaire.keys:
            problems.append(f"reads '{condition.question}', which is not a question")
            continue
        options = [option.value for option in questionnaire.question(condition.question).options]
        for value in condition.any_of:
            if value not in options:
                problems.append(f"names '{value}', which '{condition.question}' doesn't offer")
        about = f"to ask about '{condition.question}'"
        if options and (not condition.any_of or condition.at_least_words):
            problems.append(f"needs any_of and nothing else, {about}")
        if not options and (condition.any_of or condition.at_least_words < 1):
            problems.append(f"needs at_least_words, 1 or more, {about}")
    return problems


def rule_each_other_out(one: When, other: When, questionnaire: Questionnaire) -> bool:
    """Whether no answers can meet both, because they require different choices of a single-choice
    question. Expects conditions that check_when accepts."""
    return any(
        questionnaire.question(mine.question).kind == "choice"
        and not {*mine.any_of} & {*theirs.any_of}
        for mine in one
        for theirs in other
        if mine.question == theirs.question
    )


def check_cases(
    cases: Sequence[When], questionnaire: Questionnaire, *, with_unanswered: bool = False
) -> list[str]:
    """Return which cases no answers can reach, and the first answers that reach no case.

    Expects cases that check_when accepts. Trying every combination of single answers is exact:
    several chosen options match the first case that any one of them matches. ``with_unanswered``
    also tries each question without an answer.
    """
    keys = questions_read(cases)
    unanswered = [""] if with_unanswered else []
    possible = [unanswered + _possible_answers(key, cases, questionnaire) for key in keys]
    if prod(len(answers) for answers in possible) > MOST_COMBINATIONS:
        return ["asks about too many questions at once; split it, so that a person can follow it"]
    reached = set()
    stranded = ""
    for combination in product(*possible):
        answers: Answers = dict(zip(keys, combination, strict=True))
        matched = next((i for i, when in enumerate(cases) if all_hold(when, answers)), None)
        if matched is None:
            stranded = stranded or _named(answers)
        reached.add(matched)
    unreached = [
        f"can never reach its entry {i + 1}" for i in range(len(cases)) if i not in reached
    ]
    return unreached + ([f"has no entry for {stranded}"] if stranded else [])


def _possible_answers(key: str, cases: Sequence[When], questionnaire: Questionnaire) -> list[str]:
    options = questionnaire.question(key).options
    if options:
        return [option.value for option in options]
    counts = {c.at_least_words for when in cases for c in when if c.question == key}
    return [_SAMPLE_WORD * count for count in sorted(counts | {1})]


def _named(answers: Answers) -> str:
    """Describe the answers for an error message; a sample text by its length."""
    named = []
    for key, answer in answers.items():
        words = count_words(answers, key)
        named.append(f"{key} in {words} words" if _SAMPLE_WORD in answer else f"{key} '{answer}'")
    return " with ".join(named)
