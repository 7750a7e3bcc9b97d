"""What axe objects to on a page, and whether the page fits its window."""

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.journeys.conftest import HEIGHTS

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TAGS = (*WCAG, "best-practice")
# In the dark only the colours are others, at another width only where and how large things are.
COLOUR_RULES = ("color-contrast", "link-in-text-block")
SIZE_RULES = ("target-size", "scrollable-region-focusable")
BEYOND = "document.documentElement.scrollWidth - 390"
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
ENLARGE = "document.documentElement.style.fontSize = '200%'"
RUN = "options => axe.run(document, options)"
# To compare colours takes axe longest: what it has seen in them needs no second look. In one go, or
# a page that is alive would take away what was chosen.
RUN_ON_NEW_LOOKS = """([scheme, options]) => {
  const known = window.knownLooks[scheme] ??= new WeakMap();
  let found = 0;
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const look = element.checkVisibility() && `${style.color} on ${style.backgroundColor}`;
    const isNew = look && known.get(element) !== look;
    if (look) known.set(element, look);
    element.toggleAttribute("data-new-look", isNew);
    found += isNew;
  }
  return found ? axe.run("[data-new-look]", options) : {violations: []};
}"""


def violations_on(page: Page, tags: Sequence[str] = TAGS, *, with_colours: bool = True) -> str:
    """What axe objects to, narrow and wide, in light and in dark."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate("window.knownLooks = {}")
    narrow, wide = 390, 1440
    chosen = {narrow: by_tags(tags), wide: by_rules(SIZE_RULES)}
    reports = []
    for width, options in chosen.items():
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        reports += report(f"{width} px", page.evaluate(RUN, options))
        if with_colours:
            reports += colour_reports(page, width)
    return "\n".join(reports)


def colour_reports(page: Page, width: int) -> list[str]:
    """What axe objects to in the colours, in light and in dark, of what it has not seen in them."""
    reports = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(RUN_ON_NEW_LOOKS, [scheme, by_rules(COLOUR_RULES)])
        reports += report(f"{width} px, {scheme}", found)
    return reports


def by_rules(rules: Sequence[str]) -> dict[str, object]:
    """axe's options for these rules."""
    only = {"type": "rule", "values": list(rules)}
    return {"runOnly": only, "resultTypes": ["violations"], "preload": False}


def by_tags(tags: Sequence[str]) -> dict[str, object]:
    """axe's options for all rules with one of these tags, but for those about colours."""
    rules = {"target-size": {"enabled": True}} | {r: {"enabled": False} for r in COLOUR_RULES}
    return by_rules(()) | {"runOnly": {"type": "tag", "values": list(tags)}, "rules": rules}


def report(place: str, answer: dict[str, object]) -> list[str]:
    """A report on what was found at that place, if anything was."""
    results = AxeResults(answer)
    return [f"{place}: {results.generate_report()}"] if results.violations_count else []


def widths_that_scroll(page: Page) -> list[int]:
    """The widths at which the page is wider than the window."""
    found = []
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(SCROLLS_SIDEWAYS):
            found.append(width)
    return found


def pixels_beyond_the_window(page: Page) -> int:
    """How far the page is wider than a phone's window once its letters are twice as large."""
    page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
    page.evaluate(ENLARGE)
    return int(page.evaluate(BEYOND))
