"""What axe objects to on a page, and whether the page fits its window."""

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.journeys.conftest import HEIGHTS

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# In the dark only the colours are others, at another width only where and how large things are.
COLOUR_RULES = ("color-contrast", "link-in-text-block")
LAYOUT_RULES = (*COLOUR_RULES, "target-size", "scrollable-region-focusable")
BEYOND = "document.documentElement.scrollWidth - 390"
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
ENLARGE = "document.documentElement.style.fontSize = '200%'"


def violations_on(page: Page, tags: Sequence[str] = (*WCAG, "best-practice")) -> str:
    """What axe objects to, narrow and wide, in light and in dark."""
    page.evaluate(AXE_SCRIPT)
    reports = []
    for width, kind, chosen in ((390, "tag", tags), (1440, "rule", LAYOUT_RULES)):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.emulate_media(color_scheme="light")
        reports += [f"{width} px, light: {report}" for report in run_axe(page, kind, chosen)]
        page.emulate_media(color_scheme="dark")
        reports += [f"{width} px, dark: {report}" for report in run_axe(page, "rule", COLOUR_RULES)]
    return "\n".join(reports)


def run_axe(page: Page, kind: str, chosen: Sequence[str]) -> list[str]:
    """A report, if there is anything to report."""
    options: dict[str, object] = {
        "runOnly": {"type": kind, "values": list(chosen)},
        "resultTypes": ["violations"],
        "preload": False,
    }
    if kind == "tag":
        options["rules"] = {"target-size": {"enabled": True}}
    results = AxeResults(page.evaluate("options => axe.run(document, options)", options))
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
