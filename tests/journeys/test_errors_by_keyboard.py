"""Recovering with nothing but a keyboard: from wrong answers, and from two tabs that disagree."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Device, Visit
from tests.journeys.keyboard import press, press_tab_until
from tests.journeys.prospect import cookie_of_finished_draft, someone
from tests.journeys.typed import saved
from tests.site import Site

LINES = """field => {
  const { borderTopColor, outlineColor, outlineStyle } = getComputedStyle(field);
  return [borderTopColor, outlineColor, outlineStyle];
}"""
CHANGED = "These answers were also changed elsewhere"


def test_the_error_summary_leads_to_each_wrong_answer_by_keyboard(visit: Visit, site: Site) -> None:
    page = visit(1440, reduced_motion="reduce")
    page.context.add_cookies([cookie_of_finished_draft(site)])
    page.goto("/apply/you")
    for label in ("Your name", "Work email"):
        page.get_by_label(label).fill("")
    page.get_by_label("Company", exact=True).press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    email, _ = someone()
    for sentence, label, typed in (
        ("Enter your name.", "Your name", "Ada Marsh"),
        ("Enter your email address.", "Work email", email),
    ):
        press_tab_until(page, summary.get_by_role("link", name=sentence))
        page.keyboard.press("Enter")
        expect(page.get_by_label(label)).to_be_focused()
        page.keyboard.insert_text(typed)
        page.keyboard.press("Enter")
        if label == "Your name":  # the other is still wrong
            expect(summary).to_be_focused()
            expect(summary.get_by_role("link", name=sentence)).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("The system today")


def test_options_stay_where_they_are_when_an_error_appears_beside_them(visit: Visit) -> None:
    page = visit(390)
    page.goto("/apply/you")
    option = page.get_by_role("radio").first
    before = option.bounding_box()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Choose the role closest to yours.")).to_have_count(2)
    after = option.bounding_box()
    assert before and after and after["x"] == before["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wrong_answer_keeps_its_red_border_inside_the_focus_ring(
    visit: Visit, site: Site, scheme: Literal["light", "dark"]
) -> None:
    page = visit(1440, reduced_motion="reduce")
    page.emulate_media(color_scheme=scheme)
    page.context.add_cookies([cookie_of_finished_draft(site)])
    borders = set()
    for step, label in (("you", "Your name"), ("problem", "What is the problem?")):
        page.goto(f"/apply/{step}")
        page.get_by_label(label).fill("")
        page.get_by_role("button", name="Continue").click()
        field = page.get_by_label(label)
        expect(page.get_by_role("alert")).to_be_focused()
        left = lines_around(field)
        page.get_by_role("alert").get_by_role("link").click()
        expect(field).to_be_focused()
        border, ring, ring_style = lines_around(field)
        assert (border, ring_style) == (left[0], "solid")
        assert ring != border
        borders.add(border)
    assert len(borders) == 1


def lines_around(field: Locator) -> list[str]:
    """The border's colour, the ring's colour, and the ring's line style."""
    drawn: list[str] = field.evaluate(LINES)
    return drawn


def disagreeing_tab(device: Device, site: Site) -> Page:
    """A tab that says that its company was also changed in another tab."""
    first = device(1440)
    first.context.add_cookies([cookie_of_finished_draft(site)])
    second = first.context.new_page()
    for page in (first, second):
        page.goto("/apply/you")
    first.get_by_label("Company", exact=True).fill("Named in the first tab")
    saved(first)
    second.get_by_label("Company", exact=True).fill("Named in the second tab")
    expect(second.locator("#autosave-notice")).to_contain_text(CHANGED)
    second.keyboard.press("Enter")
    expect(second.locator("#autosave-notice")).to_be_focused()
    return second


def test_of_two_conflicting_texts_this_tabs_can_be_chosen_by_keyboard(
    device: Device, site: Site
) -> None:
    page = disagreeing_tab(device, site)
    press(page, page.get_by_role("button", name="Keep what is in the fields"))
    expect(page.get_by_text("What was in the fields is kept.")).to_be_visible()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Named in the second tab")


def test_of_two_conflicting_texts_the_other_tabs_can_be_chosen_by_keyboard(
    device: Device, site: Site
) -> None:
    page = disagreeing_tab(device, site)
    press(page, page.get_by_role("link", name="Use the other answers"))
    expect(page.locator("#autosave-notice")).to_be_empty()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Named in the first tab")
