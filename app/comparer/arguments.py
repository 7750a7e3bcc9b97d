"""What each answer says for and against each product, as data (content/comparer.toml)."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgspec import Struct

from app.platform.data_files import DataFileError, read_data, repeated
from app.platform.languages.prose import Prose, current_data

Answers = dict[str, str]


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: str
    summary: Prose


class Verdict(Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer means for a product: a positive weight speaks for it, a negative one
    against."""

    weight: int
    reason: Prose


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """``verdicts`` has one for each product, by the product's key."""

    value: str
    label: Prose
    verdicts: dict[str, Verdict]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    question: Prose
    answers: tuple[Answer, ...]

    def answer(self, value: str) -> Answer:
        """Return the answer with that value. Raises KeyError."""
        return {answer.value: answer for answer in self.answers}[value]


class Tension(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers, by question, that are in tension with each other, and a sentence why."""

    answers: Answers
    sentence: Prose


class Arguments(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. The products are ordered by how much there is to operate, the least first."""

    products: tuple[Product, ...]
    questions: tuple[Question, ...]
    tensions: tuple[Tension, ...]


def current_arguments() -> Arguments:
    """Return the arguments of the running app."""
    return cast(Arguments, current_data("arguments"))


def _doubled(arguments: Arguments) -> Iterator[str]:
    """Names that are used twice for the same kind of thing, which would be ambiguous."""
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
