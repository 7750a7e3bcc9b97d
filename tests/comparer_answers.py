"""All combinations of answers to the comparer's questions."""

from itertools import product

from app.comparer.arguments import Answers, Arguments


def every_set_of_answers(arguments: Arguments) -> list[Answers]:
    keys = [question.key for question in arguments.questions]
    values = ([answer.value for answer in question.answers] for question in arguments.questions)
    return [dict(zip(keys, chosen, strict=True)) for chosen in product(*values)]
