"""The views of a list are set in columns where they don't fit on one line."""

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.staff import Reviewer

# For each line of views: where each view begins, and whether it is itself one line high.
PLACES = """() => {
  const lines = {};
  for (const view of document.querySelectorAll(".tabs a")) {
    const { left, top, height } = view.getBoundingClientRect();
    (lines[Math.round(top)] ??= []).push([Math.round(left), height >= 44 && height < 50]);
  }
  return Object.values(lines);
}"""


@pytest.mark.parametrize("path", ["/staff/", "/staff/engagements/"])
def test_each_view_is_one_line_high_and_aligned_with_those_above_it(
    visit: Visit, ada: Reviewer, path: str
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(path)
    for width in (360, 390, 768, 900, 960, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        first, *others = page.evaluate(PLACES)
        assert all(is_one_line for line in (first, *others) for _, is_one_line in line), width
        assert all(line == first[: len(line)] for line in others), width
        assert width < 1280 or not others
