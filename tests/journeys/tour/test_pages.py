"""What every page needs: a title of its own, and a printout that makes sense."""

import re

import pytest
import requests
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Visit
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.staff import TIMEOUT, Reviewer
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import COMPARER, TOUR
from tests.site import Site

BRAND = " · Champlin Enterprises"
# An error is the same page wherever it comes up.
AT_ONCE = [stop for stop in TOUR if not stop.deeds and not stop.shows.startswith("Error ")]
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def test_every_page_has_a_title_of_its_own(site: Site, history: History, ada: Reviewer) -> None:
    titles: dict[str, str] = {}
    for stop in AT_ONCE:
        if stop.who != "applicant":
            path = history.path_to(stop.path).partition("?")[0]
            browser = ada.browser if stop.who == "staff" else requests.Session()
            found = TITLE.search(browser.get(site.url + path, timeout=TIMEOUT).text)
            assert found, path
            titles[path] = found[1]
    assert len(titles) > 30
    assert [path for path, title in titles.items() if not title.endswith(BRAND)] == []
    named = [title.removesuffix(BRAND) for title in titles.values()]
    assert all(named) and len(set(named)) == len(named), titles


@pytest.mark.parametrize("path", ["/articles/event-driven-architecture", "/engagements/sprint"])
def test_a_printed_page_shows_its_text_and_no_navigation(visit: Visit, path: str) -> None:
    page = visit(1440)
    page.goto(path)
    navigation = page.locator("nav, .skip, .button")
    expect(navigation.nth(1)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("nav:visible, .skip:visible, .button:visible")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(page.get_by_role("main").inner_text()) > 1000


def test_no_heading_is_printed_alone_at_the_foot_of_a_sheet(visit: Visit, history: History) -> None:
    page = visit(390)
    page.goto(history.path_to("own:agreed"))
    page.emulate_media(media="print")
    headings = page.locator("main :is(h2, h3):visible")
    assert headings.count() > 8
    # Chromium keeps a heading with what follows it in blocks only.
    around = "all => [...new Set(all.map(one => getComputedStyle(one.parentElement).display))]"
    assert headings.locator("xpath=self::h3").evaluate_all(around) == ["block"]


def test_a_printed_proposal_shows_the_answers_and_no_invitations(
    visit: Visit, history: History
) -> None:
    page = visit(1440)
    page.goto(history.path_to("own:offered"))
    answers = page.get_by_text("Your role", exact=True)
    invitation = page.get_by_text("Write to us at any time")
    expect(answers).to_be_hidden()
    expect(invitation.first).to_be_visible()
    page.emulate_media(media="print")
    expect(answers).to_be_visible()
    for shown in ("The price, line by line", "Terms", "Our night shifts end"):
        expect(page.get_by_text(shown).first).to_be_visible()
    for hidden in (invitation, page.get_by_text("Watch the pipeline"), page.locator("summary")):
        expect(hidden.locator("visible=true")).to_have_count(0)


def test_a_printed_application_shows_what_was_written_and_nothing_to_fill_in(
    visit: Visit, history: History, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(history.path_to("desk:declined"))
    page.emulate_media(media="print")
    for shown in ("Conversation", "Why this score", "Decision", "What happened"):
        expect(page.get_by_role("heading", name=shown)).to_be_visible()
    expect(page.locator(".thread__text").first).to_be_visible()
    expect(page.get_by_text("Declined by").first).to_be_visible()
    fields = page.locator("textarea, input, .button").locator("visible=true")
    expect(fields).to_have_count(0)
    expect(page.get_by_text("Write a note")).to_be_hidden()
    expect(page.get_by_text("fallen into the wrong hands")).to_be_hidden()


def test_on_paper_a_page_breaks_between_its_parts_in_every_browser(
    visit: Visit, history: History, ada: Reviewer
) -> None:
    # Firefox cuts a grid item, or an element with containment, at the sheet's edge, or prints the
    # next part over it; Chromium drew a line through an answer that continues on the next sheet.
    page = visit(1440, reviewer=ada)
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print")
    page.goto(history.path_to("desk:declined"))
    parts = page.locator("main .section, .split--woven, .split--woven > *").locator("visible=true")
    assert set(parts.evaluate_all(style("display"))) == {"block"}
    assert set(page.locator(".facts__row").evaluate_all(style("breakInside"))) == {"avoid"}
    assert set(page.locator(".thread").evaluate_all(style("containerType"))) == {"normal"}
    page.goto("/staff/?status=all")
    assert set(page.locator("main > .stack").evaluate_all(style("display"))) == {"block"}
    rows = page.locator("main .table--stacks tbody tr")
    assert set(rows.evaluate_all(style("display"))) == {"table-row"}
    assert set(rows.evaluate_all(style("breakInside"))) == {"avoid"}
    page.goto("/articles/event-driven-architecture")
    assert set(page.locator(".article").evaluate_all(style("display"))) == {"block"}


def style(name: str) -> str:
    return f"parts => parts.map(part => getComputedStyle(part).{name})"


def test_a_printed_step_shows_the_questions_with_the_answers_and_no_buttons(
    visit: Visit, site: Site
) -> None:
    page = visit(1440)
    page.context.add_cookies([cookie_of_finished_draft(site)])
    page.goto("/apply/problem")
    text = page.get_by_label("What is the problem?")
    text.fill("Orders are lost.\n" * 100)
    expect(page.locator("#autosave")).to_have_text("Saved")
    page.emulate_media(media="print")
    expect(text).to_be_visible()
    assert text.evaluate("field => field.scrollHeight <= field.clientHeight")
    for shown in (
        page.get_by_role("radio").and_(page.locator(":checked")),
        page.get_by_role("checkbox"),
    ):
        expect(shown.first).to_be_visible()
    expect(page.locator(".button:visible, #autosave:visible, nav:visible")).to_have_count(0)


def test_a_printed_comparison_shows_the_answers_and_no_invitations(visit: Visit) -> None:
    page = visit(1440)
    page.goto(f"{COMPARER}?again=no&order=none&runs=team&peak=hundreds&shape=work")
    invitation = page.get_by_role("complementary", name="Is this your system?")
    for shown in (invitation, page.get_by_text("Change one and compare")):
        expect(shown).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(":checked:visible")).to_have_count(5)
    for hidden in (invitation, page.get_by_text("Change one and compare")):
        expect(hidden).to_be_hidden()
    expect(page.locator(".button:visible")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_a_price_moves_below_its_name_when_large_text_leaves_no_room_for_both(
    visit: Visit, locale: str
) -> None:
    page = visit(390, locale=locale)
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="Fractional")
    name, price = row.get_by_role("link"), row.locator(".num")
    assert top_of(price) < bottom_of(name)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert top_of(price) >= bottom_of(name)


@pytest.mark.parametrize("width", [320, 360, 375])
def test_on_a_small_phone_the_figures_of_a_row_are_on_one_line(visit: Visit, width: int) -> None:
    page = visit(390)
    page.set_viewport_size({"width": width, "height": 640})
    page.goto("/apply")
    for row in page.get_by_role("row").all():
        questions, minutes = row.locator(".num").all()
        assert top_of(questions) == top_of(minutes)


def top_of(part: Locator) -> float:
    return float(part.evaluate("part => part.getBoundingClientRect().top"))


def bottom_of(part: Locator) -> float:
    return float(part.evaluate("part => part.getBoundingClientRect().bottom"))


def test_the_notice_of_a_failure_keeps_its_distance_from_the_answers_below(
    visit: Visit, history: History, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(history.path_to("desk:unscored"))
    notice = page.locator(".notice", has_text="Not handled automatically")
    assert top_of(page.locator(".split--woven")) - bottom_of(notice) >= 24
