"""What a row of the queue says for an application and against it."""

from app.applications.models import Application
from app.review.queue import QueueRow
from app.scoring.score import CriterionScore, Score


def row(*points: tuple[str, int, int]) -> QueueRow:
    criteria = tuple(CriterionScore(key, key, got, of, "") for key, got, of in points)
    total = sum(criterion.points for criterion in criteria)
    score = Score(total, "good", "Good", "1", criteria, "sprint", "", ())
    return QueueRow(Application(), score, None)


def test_the_heaviest_criterion_that_is_fully_met_speaks_for_it() -> None:
    strongest = row(("partly", 20, 22), ("light", 4, 4), ("heavy", 14, 14)).strongest
    assert strongest and strongest.key == "heavy"


def test_the_criterion_that_cost_most_points_speaks_against_it() -> None:
    weakest = row(("none of few", 0, 4), ("half of many", 11, 22)).weakest
    assert weakest and weakest.key == "half of many"


def test_nothing_speaks_against_a_full_score() -> None:
    assert row(("all", 100, 100)).weakest is None


def test_without_a_score_nothing_is_said() -> None:
    unscored = QueueRow(Application(), None, None)
    assert (unscored.strongest, unscored.weakest) == (None, None)
