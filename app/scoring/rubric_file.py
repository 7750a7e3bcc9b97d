"""Reads content/rubric.toml, and refuses a file that contradicts itself or the questions."""

from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from app.applications.questions.checks import check_cases, check_when
from app.applications.questions.conditions import all_hold, questions_read
from app.applications.questions.questionnaire import Questionnaire
from app.firm.offers import KINDS
from app.platform.data_files import DataFileError, read_data, repeated, with_digest
from app.scoring.rubric import BAND_NAMES, FULL_SCORE, Criterion, Level, Rubric


def load_rubric(path: Path, questionnaire: Questionnaire) -> Rubric:
    """Read the rubric and check it against the questions.

    Raises DataFileError with a sentence that names the criterion, band or rule at fault.
    """
    rubric = read_data(path, Rubric)
    faults = (
        _faults_in_criteria(rubric, questionnaire)
        or _faults_in_bands(rubric)
        or _faults_in_kind_rules(rubric, questionnaire)
        or _faults_in_preference(rubric, questionnaire)
        or _faults_in_misfits(rubric, questionnaire)
    )
    if faults:
        raise DataFileError(path, faults[0])
    return replace(rubric, version=with_digest(rubric.version, rubric))


def _faults_in_criteria(rubric: Rubric, questionnaire: Questionnaire) -> list[str]:
    keys = [criterion.key for criterion in rubric.criteria]
    faults = [f"Two criteria have the key '{key}'." for key in repeated(keys)]
    for criterion in rubric.criteria:
        for fault in _faults_in_criterion(criterion, questionnaire):
            faults.append(f"The criterion '{criterion.key}' {fault}.")
    faults += _faults_in_questions(rubric, questionnaire)
    weights = sum(criterion.weight for criterion in rubric.criteria)
    if weights != FULL_SCORE:
        faults.append(f"The criteria's weights add up to {weights}, not {FULL_SCORE}.")
    return faults


def _faults_in_questions(rubric: Rubric, questionnaire: Questionnaire) -> list[str]:
    """Questions and criteria that disagree on which criterion reads which question."""
    faults = []
    for question in questionnaire.questions:
        reading = [c.key for c in rubric.criteria if question.key in questions_read(c.cases)]
        for key in sorted({*reading} - {*question.criteria}):
            faults.append(f"The criterion '{key}' reads '{question.key}', which doesn't say so.")
        for key in sorted({*question.criteria} - {*reading}):
            faults.append(f"No criterion '{key}' reads '{question.key}', which says so.")
    return faults


def _faults_in_criterion(criterion: Criterion, questionnaire: Questionnaire) -> list[str]:
    points = [level.points for level in criterion.levels]
    if not points or points[0] != criterion.weight:
        return [f"must give its whole weight, {criterion.weight}, in its first level"]
    for better, worse in pairwise(points):
        if worse > better:
            return [f"gives {worse} points after {better}; its levels must fall"]
    if points[-1] < 0 or not 0 <= criterion.unanswered_points <= criterion.weight:
        return ["gives points outside 0 to its weight"]
    if faults := _faults_in_sentences(criterion):
        return faults
    if not questions_read(criterion.cases):
        return ["reads no question"]
    faults = [fault for when in criterion.cases for fault in check_when(when, questionnaire)]
    return faults or check_cases(criterion.cases, questionnaire)


def _faults_in_sentences(criterion: Criterion) -> list[str]:
    if not criterion.missing or not all(level.reason for level in criterion.levels):
        return ["needs a reason for each level, and a missing sentence"]
    judged: tuple[Criterion | Level, ...] = (criterion, *criterion.levels)
    if any(bool(one.missing) != bool(one.unclear) for one in judged):
        return ["needs unclear, for the prospect, where something is missing and only there"]
    return []


def _faults_in_bands(rubric: Rubric) -> list[str]:
    names = tuple(band.name for band in rubric.bands)
    if names != BAND_NAMES:
        return [f"The bands must be {', '.join(BAND_NAMES)}, in this order."]
    for better, worse in pairwise(rubric.bands):
        if worse.at_least >= better.at_least:
            return [
                f"The band '{worse.name}' starts at {worse.at_least}, where it overlaps"
                f" '{better.name}', which starts at {better.at_least}."
            ]
    if rubric.bands[0].at_least > FULL_SCORE:
        return [f"The band '{names[0]}' starts above {FULL_SCORE}; nobody can reach it."]
    if rubric.bands[-1].at_least != 0:
        return [f"The band '{names[-1]}' must start at 0, so that every score has a band."]
    return []


def _faults_in_kind_rules(rubric: Rubric, questionnaire: Questionnaire) -> list[str]:
    if not rubric.kind_rules or rubric.kind_rules[-1].when:
        return ["The last of the kind_rules must have no condition, for answers no rule expects."]
    for number, rule in enumerate(rubric.kind_rules, start=1):
        for fault in check_when(rule.when, questionnaire):
            return [f"The kind rule {number} ('{rule.kind}') {fault}."]
    cases = [rule.when for rule in rubric.kind_rules]
    faults = check_cases(cases, questionnaire, with_unanswered=True)
    return [f"The list kind_rules {fault}." for fault in faults]


def _faults_in_preference(rubric: Rubric, questionnaire: Questionnaire) -> list[str]:
    """Rules that overrule somebody's preference without telling them why."""
    questions = {question.key: question for question in questionnaire.questions}
    question = questions.get(rubric.preference)
    if not question or not {*KINDS} <= {option.value for option in question.options}:
        return [f"The preference '{rubric.preference}' must be a question that offers every kind."]
    faults = []
    for preferred in KINDS:
        for number, rule in enumerate(rubric.kind_rules, start=1):
            others = [c for c in rule.when if c.question != rubric.preference]
            own = [c for c in rule.when if c.question == rubric.preference]
            if not all_hold(tuple(own), {rubric.preference: preferred}):
                continue
            if rule.kind != preferred and not rule.told:
                faults.append(
                    f"The kind rule {number} ('{rule.kind}') needs told, for those who prefer"
                    f" '{preferred}'."
                )
            if not others:
                break
    return faults


def _faults_in_misfits(rubric: Rubric, questionnaire: Questionnaire) -> list[str]:
    faults = []
    for number, misfit in enumerate(rubric.misfits, start=1):
        if not (misfit.told and misfit.instead and misfit.when):
            faults.append(f"The misfit {number} needs told, instead and a condition.")
        faults += [
            f"The misfit {number} {fault}." for fault in check_when(misfit.when, questionnaire)
        ]
    return faults
