"""What each answer says for and against each product, as data (content/comparer.toml)."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgspec import Struct

from app.data_files import DataFileError, read_data, repeated
from app.languages.prose import Prose, current_data

Answers = dict[str, str]


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: str
    summary: Prose


class Verdict(Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer means for a product: above 0 it speaks for it, below 0 against."""

    weight: int
    reason: Prose


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """``verdicts`` has one for each product, by its key."""

    value: str
    label: Prose
    verdicts: dict[str, Verdict]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    question: Prose
    answers: tuple[Answer, ...]

    def answer(self, value: str) -> Answer:
        """Return the answer of that value. Raises KeyError."""
        return {answer.value: answer for answer in self.answers}[value]


class Tension(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers, by question, that sit uneasily with each other, and why."""

    answers: Answers
    sentence: Prose


class Arguments(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. The products stand by how much there is to run, the least first."""

    products: tuple[Product, ...]
    questions: tuple[Question, ...]
    tensions: tuple[Tension, ...]


def current_arguments() -> Arguments:
    """Return the arguments of the running app."""
    return cast(Arguments, current_data("arguments"))


def _doubled(arguments: Arguments) -> Iterator[str]:
    """What has the name of another of its kind: which of the two counts, nobody could say."""
    named = {
        "products have the key": [one.key for one in arguments.products],
        "questions have the key": [one.key for one in arguments.questions],
    }
    for question in arguments.questions:
        values = [answer.value for answer in question.answers]
        named[f"answers to '{question.key}' have the value"] = values
    for what, names in named.items():
        for name in repeated(names):
            yield f"Two {what} '{name}'."


def load_arguments(path: Path) -> Arguments:
    """Read and check the arguments. Raises DataFileError with a sentence that names the place."""
    arguments = read_data(path, Arguments)
    for problem in _doubled(arguments):
        raise DataFileError(path, problem)
    if len(arguments.products) < 2:
        raise DataFileError(path, "It takes two products to compare, or more.")
    keys = {one.key for one in arguments.products}
    values = {one.key: {a.value for a in one.answers} for one in arguments.questions}
    for question in arguments.questions:
        for answer in question.answers:
            if answer.verdicts.keys() != keys:
                place = f"The answer '{answer.value}' to '{question.key}'"
                raise DataFileError(path, f"{place} needs a verdict on each product, on no other.")
    for tension in arguments.tensions:
        for key, value in tension.answers.items():
            if value not in values.get(key, ()):
                raise DataFileError(
                    path, f"A tension names '{key}' = '{value}', which isn't there."
                )
    return arguments
