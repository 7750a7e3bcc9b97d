"""The rubric: how an application's fit is judged, as data (content/rubric.toml).

A criterion gives the points of its first level whose conditions hold. Levels are ordered from most
points to fewest, so a better answer, or one more symptom, never lowers the score.
"""

from typing import Final, Literal, cast, get_args

from msgspec import Struct

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, all_hold
from app.firm.offers import Kind
from app.platform.languages.prose import Prose, current_data

BandName = Literal["strong", "good", "possible", "weak"]
BAND_NAMES: Final[tuple[BandName, ...]] = get_args(BandName)
FULL_SCORE: Final = 100


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """Points, and the sentence that explains them to a reviewer.

    ``missing`` says what a reviewer should still ask if the answer was given but says little;
    ``unclear`` says the same to the prospect.
    """

    points: int
    reason: str
    when: When
    missing: str = ""
    unclear: Prose = ""


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is judged, worth at most ``weight`` points.

    If any question that it reads has no answer, it gives ``unanswered_points``, and ``missing`` is
    both the reason and what the reviewer is told to ask; ``unclear`` is what the prospect reads.
    """

    key: str
    label: Prose
    weight: int
    unanswered_points: int
    missing: str
    unclear: Prose
    levels: tuple[Level, ...]

    @property
    def cases(self) -> tuple[When, ...]:
        return tuple(level.when for level in self.levels)


class Band(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the scale, from ``at_least`` up to the next better band."""

    name: BandName
    label: str
    at_least: int


class KindRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Recommends ``kind`` if all conditions hold. The first of the rubric's rules that matches
    wins.

    ``reason`` explains it to a reviewer, ``told`` to a prospect who preferred another kind.
    """

    kind: Kind
    reason: str
    told: Prose = ""
    when: When = ()


class Misfit(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers for which none of our engagements would help: what a prospect is ``told`` before they
    send, what to do ``instead``, and the slugs of articles to ``read``. It does not affect the
    score."""

    told: Prose
    instead: Prose
    when: When
    read: tuple[str, ...] = ()


class Rubric(Struct, frozen=True, forbid_unknown_fields=True):
    """The criteria, whose weights add up to 100, the bands from best to worst, the rules for the
    kind, and the misfits, of which the first match wins. ``preference`` is the key of the question
    that asks which kind somebody prefers."""

    version: str
    preference: str
    criteria: tuple[Criterion, ...]
    bands: tuple[Band, ...]
    kind_rules: tuple[KindRule, ...]
    misfits: tuple[Misfit, ...] = ()


def current_rubric() -> Rubric:
    """Return the rubric of the running app."""
    return cast(Rubric, current_data("rubric"))


def misfit_of(answers: Answers, rubric: Rubric) -> Misfit | None:
    """The first misfit that the answers match, if any."""
    return next((misfit for misfit in rubric.misfits if all_hold(misfit.when, answers)), None)
