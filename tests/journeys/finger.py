"""A visitor with a finger, which can't hit anything lower than 44 pixels."""

from playwright.sync_api import Page

from tests.journeys.axe import PHONE
from tests.journeys.conftest import HEIGHTS

# The browser is asked what is hit, pixel by pixel up and down from the middle, because a link may
# be as large as its whole row, or covered by another. A link within a sentence is exempt: it is
# only as high as its line.
TOO_LOW = """() => {
  const LEAST = 44;
  const TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary";

  const isInSentence = link => {
    if (getComputedStyle(link).display !== "inline") return false;
    let block = link.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const words = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const { data, parentElement } = words.currentNode;
      if (data.trim() && !parentElement.closest("a")) return true;
    }
    return false;
  };

  const heightOf = target => {
    target.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = target.getBoundingClientRect();
    const middle = top + height / 2;
    const isHit = y => target.contains(document.elementFromPoint(left + width / 2, y));
    let [above, below] = [0, 0];
    while (above < LEAST && isHit(middle - above - 1)) above += 1;
    while (below < LEAST && isHit(middle + below + 1)) below += 1;
    return above + below + 1;
  };

  const found = [...document.querySelectorAll(TARGETS)]
    .filter(target => target.checkVisibility({ visibilityProperty: true }))
    .filter(target => !target.closest(".visually-hidden, .skip"))
    .map(target => target.closest("label") ?? target);
  return found
    .filter(target => !isInSentence(target))
    .map(target => [heightOf(target), target.outerHTML.slice(0, 120)])
    .filter(([height]) => height < LEAST)
    .map(([height, what]) => `${height} px: ${what}`);
}"""


def too_low_for_a_finger(page: Page) -> list[str]:
    """The touch targets on a phone that are not high enough, one line each."""
    page.set_viewport_size({"width": PHONE, "height": HEIGHTS[PHONE]})
    found: list[str] = page.evaluate(TOO_LOW)
    return found
