"""Who has colours of their own, sees the same."""

from tests.journeys.conftest import Visit

LINES = """lines => lines.map(line => {
  const { borderTopWidth, borderTopStyle } = getComputedStyle(line);
  return `${borderTopWidth} ${borderTopStyle}`;
})"""


def test_without_colours_a_step_that_is_reached_looks_other_than_one_to_come(visit: Visit) -> None:
    page = visit(390, forced_colors="active")
    page.goto("/apply/system")
    lines = page.locator(".progress__bar li").evaluate_all(LINES)
    reached, to_come = set(lines[:2]), set(lines[2:])
    assert len(lines) == 6 and reached.isdisjoint(to_come)
