"""Conditions on answers, as the form, the rubric and the rate card all use them. A ``when`` is a
tuple of conditions that must all hold."""

from collections.abc import Sequence

from msgspec import Struct

from app.applications.questions.answers import Answers


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """Holds when one of ``any_of`` was chosen, or the text has ``at_least_words`` words.

    A question without an answer meets no condition.
    """

    question: str
    any_of: tuple[str, ...] = ()
    at_least_words: int = 0

    def holds(self, answers: Answers) -> bool:
        if self.at_least_words:
            return count_words(answers, self.question) >= self.at_least_words
        return any(value in self.any_of for value in _chosen(answers, self.question))


When = tuple[Condition, ...]


def all_hold(when: When, answers: Answers) -> bool:
    """Whether every condition holds; true if there are none."""
    return all(condition.holds(answers) for condition in when)


def count_words(answers: Answers, question: str) -> int:
    """Return how many words the typed answer has; 0 for a list of choices or a missing answer."""
    answer = answers.get(question, "")
    return len(answer.split()) if isinstance(answer, str) else 0


def questions_read(cases: Sequence[When]) -> tuple[str, ...]:
    """Return the keys of the questions that the cases read, each once, in order."""
    return tuple(dict.fromkeys(condition.question for when in cases for condition in when))


def _chosen(answers: Answers, question: str) -> list[str]:
    answer = answers.get(question, [])
    return answer if isinstance(answer, list) else [answer]
