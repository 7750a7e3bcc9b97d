"""The comparer: every set of answers leads to one product, with reasons."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.comparer.arguments import Answers, Arguments, load_arguments
from app.comparer.comparison import compare, rank
from app.platform.data_files import DataFileError
from tests.comparer_answers import every_set_of_answers

CONTENT = Path(__file__).parents[3] / "content"
ARGUMENTS = load_arguments(CONTENT / "comparer.toml")
EVERY = every_set_of_answers(ARGUMENTS)
ANY = st.sampled_from(EVERY)
Change = Callable[[str, str, str], Path]
# The table comes first with these answers, so narrowly that another answer could change that.
PLAIN = {"again": "no", "order": "none", "runs": "team", "peak": "hundreds", "shape": "few"}


def chosen(answers: Answers, arguments: Arguments = ARGUMENTS) -> str:
    return compare(answers, arguments).chosen.product.key


def test_every_set_of_answers_leads_to_a_product_with_reasons_for_it() -> None:
    assert len(EVERY) == 3 * 3 * 3 * 4 * 3
    for answers in EVERY:
        found = compare(answers, ARGUMENTS)
        assert found.chosen.speaks_for, answers
        assert found.chosen.total == max(standing.total for standing in found.standings)
        assert {one.product.key for one in found.standings} == {
            product.key for product in ARGUMENTS.products
        }


def test_each_product_is_the_best_for_some_set_of_answers() -> None:
    assert {chosen(answers) for answers in EVERY} == {p.key for p in ARGUMENTS.products}


@given(answers=ANY)
def test_exactly_the_changes_that_are_listed_would_change_the_product(answers: Answers) -> None:
    found = compare(answers, ARGUMENTS)
    turns = {(turn.question.key, turn.answer.value): turn.product.key for turn in found.turns}
    for question in ARGUMENTS.questions:
        for answer in question.answers:
            other = chosen({**answers, question.key: answer.value})
            expected = None if other == found.chosen.product.key else other
            assert turns.get((question.key, answer.value)) == expected


@given(answers=ANY)
def test_every_answer_is_weighed_for_every_product(answers: Answers) -> None:
    for standing in compare(answers, ARGUMENTS).standings:
        assert {a.question.key: a.answer.value for a in standing.arguments} == answers
        silent = [argument for argument in standing.arguments if argument.weight == 0]
        told = [*standing.speaks_for, *standing.speaks_against]
        assert len(told) + len(silent) == len(ARGUMENTS.questions)
        weights = [abs(argument.weight) for argument in standing.speaks_against]
        assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize(
    ("answers", "product"),
    [
        ({"shape": "few"}, "postgres"),
        ({"shape": "work"}, "rabbitmq"),
        ({"runs": "aws", "shape": "many"}, "eventbridge"),
        ({"again": "weeks", "order": "key", "peak": "tens", "shape": "many"}, "kafka"),
        ({"again": "years", "runs": "nobody"}, "postgres"),
    ],
)
def test_the_plain_cases_come_out_as_the_article_says(answers: Answers, product: str) -> None:
    assert chosen({**PLAIN, **answers}) == product


@given(answers=ANY)
def test_no_reasons_make_up_for_what_a_product_cannot_do(answers: Answers) -> None:
    impossible = {"nobody": "eventbridge"}
    out = {impossible.get(value) for value in answers.values()}
    standings = compare(answers, ARGUMENTS).standings
    assert all(one.total < 0 for one in standings if one.product.key in out)


def test_a_rate_that_we_have_not_measured_weighs_heavily_but_rules_nothing_out() -> None:
    found = [compare(answers, ARGUMENTS) for answers in EVERY if answers["peak"] == "tens"]
    tables = [one for each in found for one in each.standings if one.product.key == "postgres"]
    assert any(table.total > 0 for table in tables)
    assert all(table.speaks_against[0].question.key == "peak" for table in tables)


def test_a_broker_that_nobody_would_run_is_never_chosen_without_a_warning() -> None:
    for answers in EVERY:
        found = compare(answers, ARGUMENTS)
        if answers["runs"] != "team" and found.chosen.product.key in {"kafka", "rabbitmq"}:
            assert any("nobody to run it" in tension for tension in found.tensions), answers


def test_a_tie_is_stated_and_goes_to_the_product_with_less_to_run() -> None:
    level = replace(
        ARGUMENTS,
        questions=tuple(
            replace(
                question,
                answers=tuple(
                    replace(
                        answer,
                        verdicts={k: replace(v, weight=1) for k, v in answer.verdicts.items()},
                    )
                    for answer in question.answers
                ),
            )
            for question in ARGUMENTS.questions
        ),
    )
    found = compare(PLAIN, level)
    assert found.is_tie and found.turns == ()
    assert [one.product for one in rank(PLAIN, level)] == list(level.products)


def test_answers_that_sit_uneasily_together_are_pointed_out() -> None:
    assert compare(PLAIN, ARGUMENTS).tensions == ()
    [told] = compare({**PLAIN, "again": "years", "shape": "work"}, ARGUMENTS).tensions
    assert told.startswith("Work is done once")
    assert len(compare({**PLAIN, "order": "hot"}, ARGUMENTS).tensions) == 2


def test_an_unknown_answer_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        compare({**PLAIN, "runs": "robots"}, ARGUMENTS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "verdicts.kafka = { weight = -1, reason",
            "verdicts.nats = { weight = -1, reason",
            "'no' to 'again' needs a verdict on each",
        ),
        (
            'answers = { order = "hot" }',
            'answers = { order = "wild" }',
            "'order' = 'wild', which isn't",
        ),
        (
            'answers = { order = "hot" }',
            'answers = { colour = "red" }',
            "'colour' = 'red', which isn't",
        ),
        ("summary =", "sumary =", "unknown field `sumary`"),
        ('key = "kafka"', 'key = "postgres"', "Two products have the key 'postgres'."),
        ('key = "order"', 'key = "again"', "Two questions have the key 'again'."),
        ('value = "weeks"', 'value = "no"', "Two answers to 'again' have the value 'no'."),
    ],
)
def test_a_fault_in_the_file_is_reported(
    with_change: Change, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError, match=r"comparer\.toml: ") as caught:
        load_arguments(with_change("comparer.toml", old, new))
    assert sentence in str(caught.value)
