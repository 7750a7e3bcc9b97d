"""The controls: the journeys do notice what goes wrong on a page."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visit, open_page
from tests.journeys.finger import too_low_for_a_finger
from tests.journeys.keyboard import press_tab_until
from tests.site import Site

NO_OUTLINES = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { outline: 0 !important }");
  document.adoptedStyleSheets = [sheet];
}"""
MISHAPS = """() => {
  document.querySelector("footer").id = "main";
  document.body.append(Object.assign(new Image(), {src: "https://elsewhere.example/pixel.png"}));
  setTimeout(() => { throw new Error("a script broke"); });
}"""


def test_faults_on_a_page_are_noticed(browser: Browser, site: Site) -> None:
    elsewhere = site.settings["STRIPE_API_BASE"]
    page, watch = open_page(browser, 390, at=site.url)
    page.goto("/")
    with page.expect_event("pageerror"), page.expect_console_message():
        page.evaluate(MISHAPS)
    with page.expect_response("**/missing.js"):
        page.evaluate("fetch('/missing.js')")
    page.context.new_page().goto(f"{elsewhere}/pay/none")
    watch.look_at([page])
    page.context.close()

    for fault in (
        "Content Security Policy",
        "a script broke",
        f"404 for {site.url}/missing.js",
        f"asked another origin: {elsewhere}/pay/none",
        "/ repeats the ids main",
    ):
        assert any(fault in noted for noted in watch.faults), (fault, watch.faults)


def test_an_invisible_focus_is_noticed(visit: Visit) -> None:
    page = visit(1440)
    page.goto("/")
    page.evaluate(NO_OUTLINES)
    with pytest.raises(AssertionError, match="not to be seen"):
        press_tab_until(page, page.get_by_role("link", name="Articles"))


def test_a_touch_target_that_is_too_low_for_a_finger_is_noticed(visit: Visit) -> None:
    page = visit(390)
    page.goto("/")
    page.locator(".hero .button").evaluate(
        "button => { button.style.minHeight = button.style.padding = 0 }"
    )
    [found] = too_low_for_a_finger(page)
    assert "px: <a" in found and 'href="/apply"' in found
