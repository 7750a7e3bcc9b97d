"""A visitor with only a keyboard, who has to see at each moment where the focus is."""

from playwright.sync_api import Locator, Page

from app.applications.questions.answers import Answer
from app.applications.questions.questionnaire import Question
from tests.journeys.prospect import label_of

MOST_STOPS = 80
# A choice is shown and outlined with its whole label, and a row's link as the whole row.
FOCUS = """() => {
  const focused = document.activeElement;
  const shown = focused.closest("label") ?? focused;
  const box = shown.getBoundingClientRect();
  const outlined = [focused, shown, focused.closest("tr")].some(element => {
    if (!element) return false;
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const x = box.left + Math.min(box.width, innerWidth) / 2;
  const y = Math.max(box.top, 0) + (Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)) / 2;
  const top = document.elementFromPoint(x, y);
  const uncovered = top !== null && (shown.contains(top) || top.contains(shown));
  return {place: focused.outerHTML.slice(0, 120), visible: outlined && uncovered};
}"""
IS_FOCUSED = "element => element === document.activeElement"


def press_tab_until(page: Page, target: Locator) -> None:
    """Tab to the target; every stop on the way must visibly have the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        assert stop["visible"], f"The focus is not to be seen at {stop['place']}"
        if target.evaluate(IS_FOCUSED):
            return
    raise AssertionError(f"{MOST_STOPS} times Tab did not lead to {target}")


def press(page: Page, target: Locator) -> None:
    """Tab to a button or a link, press it, and wait until the page that it leads to has loaded."""
    press_tab_until(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer_by_key(page: Page, question: Question, given: Answer) -> None:
    """Type, or choose with the arrow keys (radios) or the space bar (checkboxes)."""
    if not question.options:
        press_tab_until(page, page.get_by_label(label_of(question), exact=True))
        page.keyboard.insert_text(str(given).strip())
        return
    group = page.get_by_role("group", name=question.label)
    if question.kind == "choices":
        for value in sorted(given, key=[option.value for option in question.options].index):
            press_tab_until(page, group.locator(f'input[value="{value}"]'))
            page.keyboard.press("Space")
        return
    press_tab_until(page, group.get_by_role("radio").first)
    page.keyboard.press("Space")
    for option in question.options:
        if option.value == given:
            return
        page.keyboard.press("ArrowDown")
