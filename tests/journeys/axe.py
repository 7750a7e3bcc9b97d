"""Finds faults in a single page: what axe reports, and where the page is wider than its window."""

import re
from collections.abc import Iterable, Iterator, Sequence

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from config import ROOT
from tests.journeys.conftest import HEIGHTS

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TAGS = (*WCAG, "best-practice")
PHONE, DESK = 390, 1440
# Dark mode changes only the colours; another width changes only positions and sizes.
COLOUR_RULES = ("color-contrast", "link-in-text-block")
# Rules that axe has but runs only on request.
OPTIONAL_RULES = ("p-as-heading", "table-fake-caption", "target-size", "td-has-header")
SIZE_RULES = ("target-size", "scrollable-region-focusable")
BEYOND = "width => document.documentElement.scrollWidth - width"
RESIZE = "size => { document.documentElement.style.fontSize = size }"
AT_TWICE = f"""width => {{
  ({RESIZE})("200%");
  const beyond = ({BEYOND})(width);
  ({RESIZE})("");
  return beyond;
}}"""
# On a phone: by how much the page is too wide with text at twice its size, by how much with the
# spacing of lines, paragraphs, words and letters that readers may set (WCAG 1.4.12), and what that
# spacing cuts off. All at once, since each question to the browser has a price.
STRETCH = """width => {
  const root = document.documentElement;
  const beyond = () => root.scrollWidth - width;
  root.style.fontSize = "200%";
  const atTwice = beyond();
  root.style.fontSize = "";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * {
      line-height: 1.5 !important;
      letter-spacing: 0.12em !important;
      word-spacing: 0.16em !important;
    }
    p { margin-block-end: 2em !important }
  `);
  document.adoptedStyleSheets = [sheet];
  const hides = overflow => ["hidden", "clip"].includes(overflow);
  const isCut = element => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element;
    const isTooWide = hides(overflowX) && scrollWidth > clientWidth + 1;
    const isTooHigh = hides(overflowY) && scrollHeight > clientHeight + 1;
    return clientWidth > 1 && (isTooWide || isTooHigh);
  };
  const all = document.querySelectorAll("body :not(svg, svg *, input, select, .visually-hidden)");
  const cut = [...all]
    .filter(element => isCut(element) && element.checkVisibility())
    .map(element => element.outerHTML.slice(0, 120));
  const setApart = beyond();
  document.adoptedStyleSheets = [];
  return { atTwice, setApart, cut };
}"""
RUN = "options => axe.run(document, options)"
LOOKS = (ROOT / "tests/journeys/looks.js").read_text()
RUN_ON_NEW_LOOKS = f"async ([passed, options]) => {{ {LOOKS} return runOnNew(passed, options); }}"
CLASSED_LOOKS = f"() => {{ {LOOKS} return classedLooks(); }}"

# If pages differ only in figures, random names and the values of hidden fields, axe finds the same:
# two ways to a state often lead to one page.
STATE = """() => [
  document.documentElement.outerHTML,
  ...[...document.querySelectorAll(":checked")].map(one => one.id),
].join()"""
HELD = re.compile(r'(<input type="hidden"[^>]*?) value="[^"]*"')
# Without scripts this button stays hidden: where it passed, the rest of the page passes too.
PAUSE, HIDDEN_PAUSE = ' id="pause"', ' id="pause" hidden="True"'
NAME = re.compile(r"[\w.-]{30,}|[0-9a-f]{16}|[0-9a-f]{8}(?=@)|[A-Z]{2}-\w{4}-\w{4}")

passed_states: set[tuple[str, Sequence[str], int]] = set()
passed_looks: set[str] = set()
passed_in_both: set[str] = set()


def faults_of(page: Page, tags: Sequence[str] = TAGS, widths: Iterable[int] = HEIGHTS) -> str:
    """The faults of the page, one line each: what axe reports, narrow and wide, light and dark; the
    widths at which it is wider than its window, on a phone and at a desk also with text at twice
    its size, on a phone with wider text spacing; and what that spacing cuts off."""
    state = NAME.sub("", HELD.sub(r"\1", page.evaluate(STATE)))
    state = re.sub(r"\d", "0", state)
    widths = [width for width in widths if (state, tags, width) not in passed_states]
    if not widths:
        return ""
    page.evaluate(AXE_SCRIPT)
    faults: list[str] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        faults += beyond_the_window(page, width)
        if width == PHONE:
            faults += reports(f"{width} px", page.evaluate(RUN, by_tags(tags)))
            faults += lost_when_stretched(page, width)
        if width == DESK:
            faults += reports(f"{width} px", page.evaluate(RUN, by_rules(SIZE_RULES)))
            faults += too_wide(page.evaluate(AT_TWICE, width), width, "at 200 %")
        if width in {PHONE, DESK}:
            faults += colour_faults(page, width)
    if not faults:
        passed = {state, state.replace(PAUSE, HIDDEN_PAUSE)}
        passed_states.update((one, tags, width) for one in passed for width in widths)
    return "\n".join(faults)


def beyond_the_window(page: Page, width: int) -> Iterator[str]:
    """A line on how much wider the page is than its window, if it is."""
    yield from too_wide(page.evaluate(BEYOND, width), width)


def lost_when_stretched(page: Page, width: int) -> Iterator[str]:
    """The lines on a page that is wider than its window with larger text or with more space between
    lines, words and letters, and one on each element that this space cuts off."""
    found = page.evaluate(STRETCH, width)
    yield from too_wide(found["atTwice"], width, "at 200 %")
    yield from too_wide(found["setApart"], width, "when set apart")
    yield from (f"{width} px: cut off when set apart: {part}" for part in found["cut"])


def too_wide(pixels: int, width: int, when: str = "") -> Iterator[str]:
    if pixels > 0:
        yield f"{width} px: scrolls sideways by {pixels} px {when}".strip()


def colour_faults(page: Page, width: int) -> Iterator[str]:
    """What axe reports about the colours of elements whose looks it has not passed before. The page
    is light before and after."""
    # Dark mode only changes the values of the tokens: elements with the same classes, on
    # backgrounds with the same classes, that look the same in light mode do so in dark mode too.
    in_both = set(page.evaluate(CLASSED_LOOKS))
    if in_both <= passed_in_both:
        return
    faults = False
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        known = sorted(passed_looks)
        found, looks = page.evaluate(RUN_ON_NEW_LOOKS, [known, by_rules(COLOUR_RULES)])
        faults |= bool(found["violations"])
        yield from reports(f"{width} px, {scheme}", found)
        passed_looks.update(looks)
    if not faults:
        passed_in_both.update(in_both)


def by_rules(rules: Sequence[str]) -> dict[str, object]:
    """axe's options for these rules."""
    only = {"type": "rule", "values": list(rules)}
    return {"runOnly": only, "resultTypes": ["violations"], "preload": False}


def by_tags(tags: Sequence[str]) -> dict[str, object]:
    """axe's options for all rules with one of these tags, except those about colours."""
    rules = {rule: {"enabled": True} for rule in OPTIONAL_RULES}
    rules |= {rule: {"enabled": False} for rule in COLOUR_RULES}
    return by_rules(()) | {"runOnly": {"type": "tag", "values": list(tags)}, "rules": rules}


def reports(place: str, answer: dict[str, object]) -> Iterator[str]:
    """A report on what was found at that place, if anything."""
    results = AxeResults(answer)
    if results.violations_count:
        yield f"{place}: {results.generate_report()}"
