"""From five answers to a product, with the arguments for and against it, and what would change
it."""

from msgspec import Struct

from app.comparer.arguments import Answer, Answers, Arguments, Product, Question


class Argument(Struct, frozen=True):
    """What one answer says about a product."""

    question: Question
    answer: Answer
    weight: int
    reason: str


class Standing(Struct, frozen=True):
    """A product with all arguments about it."""

    product: Product
    arguments: tuple[Argument, ...]

    @property
    def total(self) -> int:
        return sum(argument.weight for argument in self.arguments)

    @property
    def speaks_for(self) -> list[Argument]:
        """The arguments for it, the weightiest first."""
        found = [argument for argument in self.arguments if argument.weight > 0]
        return sorted(found, key=lambda argument: -argument.weight)

    @property
    def speaks_against(self) -> list[Argument]:
        """The arguments against it, the weightiest first."""
        found = [argument for argument in self.arguments if argument.weight < 0]
        return sorted(found, key=lambda argument: argument.weight)


class Turn(Struct, frozen=True):
    """One different answer, and the product that it would lead to."""

    question: Question
    answer: Answer
    product: Product


class Comparison(Struct, frozen=True):
    """``standings`` has the chosen product first. ``tensions`` are sentences."""

    standings: tuple[Standing, ...]
    turns: tuple[Turn, ...]
    tensions: tuple[str, ...]

    @property
    def chosen(self) -> Standing:
        return self.standings[0]

    @property
    def next(self) -> Standing:
        return self.standings[1]

    @property
    def is_tie(self) -> bool:
        return self.chosen.total == self.next.total


def compare(answers: Answers, arguments: Arguments) -> Comparison:
    """Weigh the products by an answer to each question. Raises KeyError for an unknown answer."""
    return Comparison(
        standings=rank(answers, arguments),
        turns=find_turns(answers, arguments),
        tensions=tuple(
            tension.sentence
            for tension in arguments.tensions
            if tension.answers.items() <= answers.items()
        ),
    )


def rank(answers: Answers, arguments: Arguments) -> tuple[Standing, ...]:
    """All products by total weight, highest first; among equals, the one with less to operate."""
    given = [(question, question.answer(answers[question.key])) for question in arguments.questions]
    standings = [
        Standing(
            product,
            tuple(
                Argument(question, answer, verdict.weight, verdict.reason)
                for question, answer in given
                for verdict in [answer.verdicts[product.key]]
            ),
        )
        for product in arguments.products
    ]
    return tuple(sorted(standings, key=lambda standing: -standing.total))


def find_turns(answers: Answers, arguments: Arguments) -> tuple[Turn, ...]:
    """Each single change of an answer that would lead to another product."""
    chosen = rank(answers, arguments)[0].product
    turns = []
    for question in arguments.questions:
        for other in question.answers:
            product = rank({**answers, question.key: other.value}, arguments)[0].product
            if product != chosen:
                turns.append(Turn(question, other, product))
    return tuple(turns)
