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
# To compare colours takes axe longest: what it has seen in them needs no second look.
MARK_NEW_LOOKS = """scheme => {
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
  return found;
}"""


def violations_on(page: Page, tags: Sequence[str] = TAGS, *, with_colours: bool = True) -> str:
    """What axe objects to, narrow and wide, in light and in dark."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate("window.knownLooks = {}")
    narrow, wide = 390, 1440
    chosen = {narrow: ("tag", tags), wide: ("rule", SIZE_RULES)}
    reports = []
    for width, (kind, names) in chosen.items():
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        reports += [f"{width} px: {report}" for report in run_axe(page, kind, names)]
        if with_colours:
            reports += [f"{width} px, {report}" for report in colour_reports(page)]
    return "\n".join(reports)


def colour_reports(page: Page) -> list[str]:
    """What axe objects to in the colours, in light and in dark, of what it has not seen in them."""
    reports = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if page.evaluate(MARK_NEW_LOOKS, scheme):
            found = run_axe(page, "rule", COLOUR_RULES, within="[data-new-look]")
            reports += [f"{scheme}: {report}" for report in found]
    return reports


def run_axe(page: Page, kind: str, chosen: Sequence[str], within: str = ":root") -> list[str]:
    """A report, if there is anything to report."""
    options: dict[str, object] = {
        "runOnly": {"type": kind, "values": list(chosen)},
        "resultTypes": ["violations"],
        "preload": False,
    }
    if kind == "tag":
        options["rules"] = {
            "target-size": {"enabled": True},
            **{rule: {"enabled": False} for rule in COLOUR_RULES},
        }
    run = "([within, options]) => axe.run(within, options)"
    results = AxeResults(page.evaluate(run, [within, options]))
    return [results.generate_report()] if results.violations_count else []


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
