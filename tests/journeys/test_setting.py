"""How a page is set: the length of its lines, and the lines that its parts stand on."""

from statistics import median

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.axe import RESIZE
from tests.journeys.conftest import Visit
from tests.journeys.prospect import apply
from tests.site import Site

DESK = 1440
FOLLOWS_ON_ITS_LINE = """time => {
  const after = document.createRange(), ends = [...time.firstElementChild.getClientRects()].at(-1);
  after.setStart(time.nextSibling, 0), after.setEnd(time.nextSibling, 1);
  return [after.toString(), Math.abs(after.getBoundingClientRect().bottom - ends.bottom) < 5];
}"""
LENGTHS_OF_LINES = """paragraphs => paragraphs.flatMap(paragraph => {
  const lines = new Map(), range = document.createRange();
  const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    for (let n = 0; n < text.length; n++) {
      range.setStart(text, n), range.setEnd(text, n + 1);
      const [box] = range.getClientRects();
      const line = box && Math.round(box.bottom / 8);
      if (box) lines.set(line, (lines.get(line) ?? 0) + 1);
    }
  }
  return [...lines.values()].slice(0, -1);
})"""


@pytest.mark.parametrize("path", ["/articles/event-driven-architecture", "/privacy"])
def test_a_line_of_running_text_is_not_too_long_to_find_the_next(visit: Visit, path: str) -> None:
    page = visit(DESK)
    page.goto(path)
    lengths = page.locator(".prose > p").evaluate_all(LENGTHS_OF_LINES)
    assert len(lengths) > 10
    assert 60 <= median(lengths) <= 75


@pytest.mark.parametrize("path", ["/articles/", "/labs/"])
def test_a_list_stands_on_the_grid_of_the_pages_that_it_leads_to(visit: Visit, path: str) -> None:
    page = visit(DESK)
    page.goto("/how-we-work")
    column = left_of(page.locator(".prose"))
    page.goto(path)
    summaries = page.locator(".entry__summary")
    expect(summaries.nth(3)).to_be_visible()
    assert {left_of(one) for one in summaries.all()} == {column}


def test_the_facts_of_an_offer_stand_above_the_second_of_its_columns(visit: Visit) -> None:
    page = visit(DESK)
    page.goto("/engagements/sprint")
    facts, second = page.locator(".offer-head__facts"), page.locator(".columns > :last-child")
    assert left_of(facts) == left_of(second)


def test_no_line_begins_with_the_full_stop_after_a_time(visit: Visit, site: Site) -> None:
    page = visit(390)
    page.goto(f"{apply(site).page}?lang=de")
    page.evaluate(RESIZE, "200%")
    sent = page.locator(".page-head .field__hint time")
    assert sent.evaluate(FOLLOWS_ON_ITS_LINE) == [".", True]


def left_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["x"]
