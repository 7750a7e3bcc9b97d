"""A page from the back/forward cache, from which Firefox and Safari restore whole pages. The
browser of these tests has none, so this imitates it."""

from playwright.sync_api import Page

SHOW_AGAIN = """() => setTimeout(() => {
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
})"""


def show_again(page: Page) -> None:
    """Behave as if the page had been in the cache and somebody came back to it."""
    page.evaluate(SHOW_AGAIN)
