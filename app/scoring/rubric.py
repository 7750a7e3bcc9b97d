"""The rubric: how an application's fit is judged, as data (content/rubric.toml).

A criterion gives points by the first of its levels whose conditions hold; levels stand from most
points to fewest, so a better answer, or one more symptom, never lowers the score.
"""

from typing import Final, Literal, cast, get_args

from msgspec import Struct

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, all_hold
from app.firm.offers import Kind
from app.languages.prose import Prose, current_data

BandName = Literal["strong", "good", "possible", "weak"]
BAND_NAMES: Final[tuple[BandName, ...]] = get_args(BandName)
FULL_SCORE: Final = 100


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """Points, and the sentence that explains them to a reviewer.

    ``missing`` says what is still to be asked when the answer was given but says little;
    ``unclear`` says the same to the prospect.
    """

    points: int
    reason: str
    when: When
    missing: str = ""
    unclear: Prose = ""


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is judged, worth ``weight`` points at most.

    When any question that it reads has no answer, it gives ``unanswered_points``, and ``missing``
    is both the reason and what a reviewer is told to ask; ``unclear`` is what the prospect reads.
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
    """A part of the scale from ``at_least`` up to the next better band."""

    name: BandName
    label: str
    at_least: int


class KindRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Recommend ``kind`` when all conditions hold. Of the rubric's rules the first match wins.

    ``reason`` explains it to a reviewer, ``told`` to a prospect who preferred another kind.
    """

    kind: Kind
    reason: str
    told: Prose = ""
    when: When = ()


class Misfit(Struct, frozen=True, forbid_unknown_fields=True):
    """Answers after which none of our engagements would help: what a prospect is ``told`` before
    they send, what to do ``instead``, and which articles to ``read``, by their slugs. The score
    knows nothing of it."""

    told: Prose
    instead: Prose
    when: When
    read: tuple[str, ...] = ()


class Rubric(Struct, frozen=True, forbid_unknown_fields=True):
    """The criteria, whose weights add up to 100, the bands from best to worst, the kinds' rules,
    and the misfits, of which the first match wins. ``preference`` is the question that asks which
    kind somebody prefers."""

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
    """The first misfit that the answers are, if any."""
    return next((misfit for misfit in rubric.misfits if all_hold(misfit.when, answers)), None)
