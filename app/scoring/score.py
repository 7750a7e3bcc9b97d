"""Scoring: answers and a rubric in, a score with reasons out. Pure and deterministic."""

from msgspec import Struct

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import all_hold, questions_read
from app.firm.offers import KINDS, Kind
from app.platform.languages.prose import Prose
from app.scoring.rubric import BandName, Criterion, KindRule, Level, Rubric


class CriterionScore(Struct, frozen=True):
    """The points of one criterion, and the sentence that explains them to a reviewer."""

    key: str
    label: str
    points: int
    out_of: int
    reason: str


class Score(Struct, frozen=True):
    """How well an application fits, from 0 to 100: the sum of its criteria's points.

    ``missing`` are the sentences that say what a reviewer should still ask.
    """

    total: int
    band: BandName
    band_label: str
    rubric_version: str
    criteria: tuple[CriterionScore, ...]
    recommended_kind: Kind
    kind_reason: str
    missing: tuple[str, ...]


class Gap(Struct, frozen=True):
    """What is still unclear, in a sentence for the prospect, and the keys of the questions whose
    answers would settle it."""

    unclear: Prose
    questions: tuple[str, ...]


def score_answers(answers: Answers, rubric: Rubric) -> Score:
    """Judge the answers by the rubric. Missing, outdated and unknown answers never raise."""
    judged = [_judge(criterion, answers) for criterion in rubric.criteria]
    total = sum(score.points for score, _ in judged)
    band = next(band for band in rubric.bands if total >= band.at_least)
    rule = _kind_rule(answers, rubric)
    return Score(
        total=total,
        band=band.name,
        band_label=band.label,
        rubric_version=rubric.version,
        criteria=tuple(score for score, _ in judged),
        recommended_kind=rule.kind,
        kind_reason=rule.reason,
        missing=tuple(dict.fromkeys(missing for _, missing in judged if missing)),
    )


def why_not_preferred(kind: Kind, answers: Answers, rubric: Rubric) -> str:
    """The sentence that tells a prospect why ``kind`` is proposed instead of the one they prefer.
    "" if they prefer that one, or none, or if a person chose the kind and not the rubric."""
    rule, preferred = _kind_rule(answers, rubric), answers.get(rubric.preference)
    is_overruled = preferred in KINDS and rule.kind == kind != preferred
    return rule.told if is_overruled else ""


def _kind_rule(answers: Answers, rubric: Rubric) -> KindRule:
    return next(rule for rule in rubric.kind_rules if all_hold(rule.when, answers))


def gaps_in(answers: Answers, rubric: Rubric) -> tuple[Gap, ...]:
    """What a reviewer would have to ask before they could judge."""
    found = (_gap(criterion, answers) for criterion in rubric.criteria)
    return tuple(gap for gap in found if gap)


def _gap(criterion: Criterion, answers: Answers) -> Gap | None:
    if level := _level(criterion, answers):
        return Gap(level.unclear, questions_read([level.when])) if level.unclear else None
    read = questions_read(criterion.cases)
    # An answer that no level knows counts as none.
    return Gap(criterion.unclear, tuple(key for key in read if not answers.get(key)) or read)


def _judge(criterion: Criterion, answers: Answers) -> tuple[CriterionScore, str]:
    """Return the criterion's score, and the sentence about what is missing, or ""."""
    if level := _level(criterion, answers):
        points, reason, missing = level.points, level.reason, level.missing
    else:
        points, reason, missing = criterion.unanswered_points, criterion.missing, criterion.missing
    score = CriterionScore(criterion.key, criterion.label, points, criterion.weight, reason)
    return score, missing


def _level(criterion: Criterion, answers: Answers) -> Level | None:
    """The level that the answers reach; None if an answer that it reads is missing or unknown."""
    if not all(answers.get(question) for question in questions_read(criterion.cases)):
        return None
    return next((level for level in criterion.levels if all_hold(level.when, answers)), None)
