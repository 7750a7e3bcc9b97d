"""Typing into a step without pressing a button, and what the server stores of it."""

from playwright.sync_api import Page, expect

from tests.site import Site, eventually

CHANGED = "These answers were also changed elsewhere"
KEPT = "It is kept in this browser and will be sent."
UNSENT = "Object.keys(localStorage).filter(key => key.startsWith('unsent'))"


def type_problem(page: Page, text: str) -> None:
    """Type key by key after the present text, without pressing a button."""
    field = page.locator("#problem")
    field.press("Control+End")
    field.press_sequentially(text)


def saved(page: Page) -> None:
    expect(page.locator("#autosave")).to_have_text("Saved")
    eventually(lambda: page.evaluate(UNSENT) == [])


def stored(site: Site, text: str) -> bool:
    """Whether a draft has exactly this text."""
    wanted = "SELECT count(*) FROM drafts WHERE answers ->> 'problem' = %s"
    return bool(site.value(wanted, text))
