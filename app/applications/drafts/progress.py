"""How far a draft is: the steps whose answers can be sent, and the one that comes next."""

from collections.abc import Sequence

from app.applications.drafts.kept_draft import KeptDraft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire, Step, problems_with_asked


def is_answered(step: Step, answers: Answers) -> bool:
    """Whether the step's page accepts these answers by themselves. Only `answered_steps` knows the
    questions on it that other steps' answers lead to."""
    return not problems_with_asked(step.questions, answers)


def answered_steps(
    answers: Answers, among: Sequence[str], questionnaire: Questionnaire
) -> list[str]:
    """The steps in ``among`` whose questions, as far as they are asked, all have a valid answer."""
    problems = problems_with_asked(questionnaire.questions, answers)
    return [
        key
        for key in among
        if not any(question.key in problems for question in questionnaire.step(key).questions)
    ]


def unfinished_steps(draft: KeptDraft | None, questionnaire: Questionnaire) -> list[Step]:
    """The steps before the review whose answers were not accepted yet, or were before those of
    another step led to more questions."""
    complete = answered_steps(draft.answers, draft.complete_steps, questionnaire) if draft else []
    return [step for step in questionnaire.steps[:-1] if step.key not in complete]


def first_incomplete_step(draft: KeptDraft, questionnaire: Questionnaire) -> Step:
    """The step that comes next: the first unfinished one, or else the last, which is the review."""
    return next(iter(unfinished_steps(draft, questionnaire)), questionnaire.steps[-1])
