"""Each state has a word for staff, and no two states share one."""

import re
from typing import Any, get_args

import pytest

from app.applications.models import Application
from app.engagements import states as engagements
from app.engagements.models import Engagement
from app.review import states as applications
from app.review.queue.forms import SHOWN
from app.review.queue.queries import Shown
from app.web.rendering import Badge


def states_in(model: Any) -> set[str]:
    """The states that the table accepts."""
    [check] = (c for c in model.__table__.constraints if str(c.name).endswith("status_known"))
    return set(re.findall(r"'(\w+)'", str(check.sqltext)))


@pytest.mark.parametrize(
    ("model", "words", "more"),
    [(Engagement, engagements.STATES, set()), (Application, applications.STATES, {"erased"})],
)
def test_every_state_of_the_table_has_a_word_of_its_own(
    model: Any, words: dict[str, Badge], more: set[str]
) -> None:
    assert words.keys() == states_in(model) | more
    assert len({state.label for state in words.values()}) == len(words)


def test_the_queue_can_be_narrowed_to_each_state() -> None:
    narrowed = ("open", "late", "unanswered", *applications.STATUSES, "all")
    assert get_args(Shown) == narrowed == tuple(choice.value for choice in SHOWN)
