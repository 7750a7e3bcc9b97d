"""Readers with colours or text sizes of their own see the same."""

from tests.journeys.axe import BEYOND, RESIZE
from tests.journeys.conftest import Visit
from tests.journeys.staff import Reviewer
from tests.journeys.tour.history import History

LINES = """lines => lines.map(line => {
  const { borderTopWidth, borderTopStyle } = getComputedStyle(line);
  return `${borderTopWidth} ${borderTopStyle}`;
})"""

LINES_BELOW = "views => views.map(view => getComputedStyle(view).borderBottomWidth)"


def test_without_colours_a_step_already_reached_looks_different_from_one_to_come(
    visit: Visit,
) -> None:
    page = visit(390, forced_colors="active")
    page.goto("/apply/system")
    lines = page.locator(".progress__bar li").evaluate_all(LINES)
    reached, to_come = set(lines[:2]), set(lines[2:])
    assert len(lines) == 6 and reached.isdisjoint(to_come)


SHAPES = """() => ["waiting", "in-hand", "retrying", "dead"].map(kind => {
  const piece = document.querySelector(".pieces").appendChild(document.createElement("span"));
  piece.className = `pieces__piece pieces__piece--${kind}`;
  const { backgroundColor, borderRadius, rotate } = getComputedStyle(piece);
  return [backgroundColor === "rgba(0, 0, 0, 0)", borderRadius, rotate].join();
})"""


def test_without_colours_each_state_of_a_delivery_has_a_shape_of_its_own(visit: Visit) -> None:
    page = visit(390)
    page.goto("/labs/break-it")
    assert len(set(page.evaluate(SHAPES))) == 4


def test_without_colours_a_quiet_button_has_no_border(visit: Visit) -> None:
    page = visit(390, forced_colors="active")
    page.goto("/apply/system")
    quiet = page.get_by_role("button", name="Save and mail me a link")
    assert quiet.evaluate("button => getComputedStyle(button).borderWidth") == "0px"


def test_without_colours_the_rule_under_the_views_of_a_list_has_no_gaps(
    visit: Visit, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada, forced_colors="active")
    page.goto("/staff/")
    views = page.locator(".tabs a:not([aria-current])")
    assert set(views.evaluate_all(LINES_BELOW)) == {"0px"}
    heights = page.locator(".tabs a").evaluate_all("views => views.map(one => one.offsetHeight)")
    assert len(set(heights)) == 1


def test_no_article_is_wider_than_a_desktop_window_at_twice_the_text_size(visit: Visit) -> None:
    page = visit(1440)
    page.goto("/articles/")
    links = page.locator("main .entries a").evaluate_all("links => links.map(one => one.href)")
    assert len(links) > 5
    beyond = {}
    for link in links:
        page.goto(link)
        page.evaluate(RESIZE, "200%")
        for width in (1024, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            beyond[link, width] = page.evaluate(BEYOND, width)
    assert set(beyond.values()) == {0}, beyond


def test_no_long_word_is_wider_than_a_small_phone_at_twice_the_text_size(
    visit: Visit, history: History
) -> None:
    page = visit(390)
    page.set_viewport_size({"width": 360, "height": 640})
    for path in (history.path_to("own:offered?lang=de"), "/apply?lang=de", "/labs/retail?lang=de"):
        page.goto(path)
        page.evaluate(RESIZE, "200%")
        assert page.evaluate(BEYOND, 360) == 0, path
