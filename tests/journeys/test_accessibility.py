"""axe finds nothing on any page in any state, narrow and wide, in light and in dark."""

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.exceptions import MethodNotAllowed, NotFound

from local.process import ROOT
from tests.journeys.conftest import HEIGHTS, Visit, open_page
from tests.journeys.history import History
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.staff import Reviewer
from tests.journeys.tour import TOUR, Stop
from tests.journeys.trouble import refusing
from tests.journeys.watch import Watch
from tests.prospects import make_prospects, post
from tests.site import Site, eventually

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# In the dark only the colours are others, at another width only where and how large things are.
COLOUR_RULES = ("color-contrast", "link-in-text-block")
LAYOUT_RULES = (*COLOUR_RULES, "target-size", "scrollable-region-focusable")
WITH_LETTERS = ("letters.py", "news.py", "alerts.py", "conversation.py", "own_page.py")
WRITTEN = [ROOT / "app/notifications" / name for name in WITH_LETTERS]
# They take a client who pays twice, a service that keeps failing, and weeks.
UNLIKELY = {"deposit_overpaid", "service_away", "draft_expiring"}
LETTERS = {
    template for file in WRITTEN for template in re.findall(r'template="(\w+)"', file.read_text())
} - UNLIKELY
NO_PAGES = {
    *("api.asyncapi", "api.openapi", "api.schema"),
    *("assets.asset", "operation.healthz", "operation.metrics", "operation.readyz"),
    *("syndication.feed", "syndication.robots", "syndication.sitemap"),
    *("pictures.article", "pictures.firm"),
    "content.preview",  # the page of an article, with a word more
    *("attachments.download", "attachments.download_for_staff"),
    *("own_data.checker", "own_data.export", "own_data.trail"),  # files
    *("portal.progress", "payments.deposit", "flow.picture", "replays.progress"),  # parts of a page
    *("labs.event", "labs.state", "this_site.part"),  # a message, and parts
    *("own_messages.new", "own_messages.reopen"),  # a part, and what leads to the whole
    *("applications.resume", "applications.review", "portal.reopen"),  # lead to another
    "applications.question_styles",
}
SQLSTATES = {500: "P0001", 503: "57P01"}


@pytest.fixture(scope="module")
def travelling(browser: Browser, site: Site) -> Iterator[tuple[Page, Watch]]:
    """One page for the whole tour: a browser that knows axe already runs it faster."""
    page, watch = open_page(browser, 1440, at=site.url, reduced_motion="reduce")
    yield page, watch
    page.context.close()


@pytest.fixture
def tourist(travelling: tuple[Page, Watch]) -> Iterator[tuple[Page, Watch]]:
    """That page without cookies; whatever goes wrong on it fails the test."""
    page, watch = travelling
    page.context.clear_cookies()
    watch.provoked, watch.faults = 0, []
    yield page, watch
    watch.look_at([page])
    assert watch.faults == []


@pytest.mark.parametrize("stop", TOUR, ids=[stop.name for stop in TOUR])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    tourist: tuple[Page, Watch], site: Site, history: History, ada: Reviewer, stop: Stop
) -> None:
    page, watch = tourist
    watch.provoked = stop.broken
    if stop.who == "staff":
        page.context.add_cookies([ada.cookie])
    if stop.who == "applicant":
        page.context.add_cookies([cookie_of_finished_draft(site)])
    state = SQLSTATES.get(stop.broken)
    with refusing(site, "drafts", "true", state) if state else nullcontext():
        page.goto(history.path_to(stop.path))
        for deed in stop.deeds:
            deed(page)

    if stop.shows:
        expect(page.get_by_text(stop.shows).first).to_be_visible()
    assert violations_on(page) == ""
    assert widths_that_scroll(page) == []


def test_axe_does_find_a_fault_where_there_is_one(visit: Visit) -> None:
    page = visit(1440, reduced_motion="reduce")
    page.goto("/apply/you")
    page.evaluate("""() => {
      document.querySelector("label[for=email]").remove();
      document.querySelector("label[for=name]").style.color = "#777";
      document.querySelector("h1").style.width = "500px";
    }""")

    found = violations_on(page)
    assert found.count("label - ") == 1
    assert found.count(" px, light") == 2
    assert found.count("color-contrast - ") == 4
    assert widths_that_scroll(page) == [320, 390]


def test_axe_finds_nothing_in_any_mail(visit: Visit, site: Site, history: History) -> None:
    [prospect] = make_prospects(site, 1)
    post(site, "/apply/link", prospect.cookie, prospect.fields)
    eventually(lambda: mails(site).keys() == LETTERS)
    page = visit(1440)
    for template, html in mails(site).items():
        page.set_content(html)
        assert violations_on(page, WCAG) == "", template
        assert widths_that_scroll(page) == [], template


def mails(site: Site) -> dict[str, str]:
    """The HTML of one mail of each kind, to somebody who has not been erased."""
    wanted = "SELECT DISTINCT ON (template) template, html FROM mail_messages WHERE html <> ''"
    return dict(site.rows(wanted))


def test_no_page_is_left_out(migrated_app: Flask, history: History) -> None:
    addresses = migrated_app.url_map.bind("localhost")
    visited = set()
    for stop in TOUR:
        with suppress(NotFound, MethodNotAllowed):
            visited.add(addresses.match(history.path_to(stop.path).partition("?")[0])[0])
    rules = migrated_app.url_map.iter_rules()
    answering = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert answering - visited == NO_PAGES


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
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(width)
    return found
