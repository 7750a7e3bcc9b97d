from collections.abc import Callable
from pathlib import Path

import pytest

from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Questionnaire
from app.platform.data_files import DataFileError
from app.scoring.rubric import BAND_NAMES, Rubric
from app.scoring.rubric_file import load_rubric

CONTENT = Path(__file__).parents[3] / "content"
LAST_RULE = "Too little is known to recommend more than the smallest engagement."


def test_the_weights_add_up_to_a_hundred(rubric: Rubric) -> None:
    assert sum(criterion.weight for criterion in rubric.criteria) == 100


def test_the_bands_cover_the_scale(rubric: Rubric) -> None:
    assert tuple(band.name for band in rubric.bands) == BAND_NAMES
    assert rubric.bands[-1].at_least == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'question = "decider", any_of = ["me"]',
            'question = "desider", any_of = ["me"]',
            "The criterion 'authority' reads 'desider', which is not a question.",
        ),
        (
            '["daily", "weekly"]',
            '["hourly", "weekly"]',
            "The criterion 'fit' names 'hourly', which 'frequency' doesn't offer.",
        ),
        (
            'any_of = ["within_12_months"]',
            'any_of = ["within_6_months"]',
            "The criterion 'deadline' can never reach its entry 2.",
        ),
        (
            'any_of = ["now", "within_month"]',
            'any_of = ["now"]',
            "The criterion 'start' has no entry for start 'within_month'.",
        ),
        (
            "at_least_words = 1 }",
            "at_least_words = 2 }",
            "The criterion 'substance' has no entry for problem in 1 words.",
        ),
        (
            'points = 13\nreason = "The budget',
            'points = 12\nreason = "The budget',
            "The criterion 'budget' must give its whole weight, 13, in its first level.",
        ),
        (
            "points = 18",
            "points = 16",
            "The criterion 'fit' gives 17 points after 16; its levels must fall.",
        ),
        (
            "unanswered_points = 4",
            "unanswered_points = 14",
            "The criterion 'budget' gives points outside 0 to its weight.",
        ),
        (
            'reason = "They want to start within a month."',
            'reason = ""',
            "The criterion 'start' needs a reason for each level, and a missing sentence.",
        ),
        (
            'unclear = "You haven’t named a budget."',
            'unclear = ""',
            "The criterion 'budget' needs unclear, for the prospect, where something is missing",
        ),
        ('key = "substance"', 'key = "fit"', "Two criteria have the key 'fit'."),
        (
            "weight = 4\nunanswered_points = 1\n",
            "weight = 5\nunanswered_points = 1\n",
            "The criterion 'start' must give its whole weight, 5, in its first level.",
        ),
        (
            "at_least = 60",
            "at_least = 85",
            "The band 'good' starts at 85, where it overlaps 'strong', which starts at 85.",
        ),
        ("at_least = 0", "at_least = 5", "The band 'weak' must start at 0"),
        ("at_least = 85", "at_least = 101", "The band 'strong' starts above 100"),
        ('name = "good"', 'name = "weak"', "The bands must be strong, good, possible, weak"),
        (
            f'reason = "{LAST_RULE}"',
            f'reason = "{LAST_RULE}"\nwhen = [{{ question = "budget", any_of = ["not_set"] }}]',
            "The last of the kind_rules must have no condition",
        ),
        (
            'question = "budget", any_of = ["under_10k"] }]\n[[kind',
            'question = "budget", any_of = ["nothing"] }]\n[[kind',
            "The kind rule 1 ('sprint') names 'nothing', which 'budget' doesn't offer.",
        ),
        (
            'when = [{ question = "preferred_kind", any_of = ["fractional"] }]',
            'when = [{ question = "preferred_kind", any_of = ["build"] }]',
            "The list kind_rules can never reach its entry 8.",
        ),
        (
            'told = "You prefer a Build,',
            '#"',
            "The kind rule 2 ('sprint') needs told, for those who prefer 'build'.",
        ),
        (
            'preference = "preferred_kind"',
            'preference = "outcome"',
            "The preference 'outcome' must be a question that offers every kind.",
        ),
        (
            'preference = "preferred_kind"',
            'preference = "taste"',
            "The preference 'taste' must be a question that offers every kind.",
        ),
        ('kind = "fractional"', 'kind = "retainer"', "Invalid enum value 'retainer'"),
        ("weight = 22", 'weight = "22"', "Expected `int`, got `str` - at `$.criteria[0].weight`"),
        ("unanswered_points = 4", "unanswerd_points = 4", "unknown field `unanswerd_points`"),
    ],
)
def test_a_rubric_that_contradicts_itself_or_the_questions_is_refused(
    with_change: Callable[[str, str, str], Path],
    questionnaire: Questionnaire,
    old: str,
    new: str,
    sentence: str,
) -> None:
    with pytest.raises(DataFileError) as caught:
        load_rubric(with_change("rubric.toml", old, new), questionnaire)
    assert "/rubric.toml: " in str(caught.value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'criteria = ["authority"]',
            "",
            "The criterion 'authority' reads 'role', which doesn't say so.",
        ),
        (
            'criteria = ["authority"]',
            'criteria = ["authority", "charm"]',
            "No criterion 'charm' reads 'role', which says so.",
        ),
    ],
)
def test_questions_and_criteria_that_disagree_are_refused(
    with_change: Callable[[str, str, str], Path], old: str, new: str, sentence: str
) -> None:
    questionnaire = load_questionnaire(with_change("questions.toml", old, new))
    with pytest.raises(DataFileError) as caught:
        load_rubric(CONTENT / "rubric.toml", questionnaire)
    assert sentence in str(caught.value)


def test_weights_that_do_not_add_up_are_refused(
    with_change: Callable[[str, str, str], Path], questionnaire: Questionnaire, rubric: Rubric
) -> None:
    changed = with_change("rubric.toml", "weight = 22", "weight = 20")
    changed.write_text(changed.read_text().replace("points = 22", "points = 20"))
    with pytest.raises(DataFileError, match="The criteria's weights add up to 98, not 100"):
        load_rubric(changed, questionnaire)


def test_every_edit_makes_a_distinct_version(
    rubric: Rubric, questionnaire: Questionnaire, with_change: Callable[[str, str, str], Path]
) -> None:
    reworded = ("rubric.toml", "They want to start within a month.", "They want to start soon.")
    edited = load_rubric(with_change(*reworded), questionnaire)
    again = load_rubric(with_change(*reworded), questionnaire)
    assert edited.version == again.version != rubric.version
