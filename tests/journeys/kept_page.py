"""A page that the browser has kept whole, to show it again as it was left: what Firefox and Safari
do on the way back. The one of these tests keeps none."""

from playwright.sync_api import Page

SHOW_AGAIN = """() => setTimeout(() => {
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
})"""


def show_again(page: Page) -> None:
    """As if the page had been kept all the while, and somebody came back to it."""
    page.evaluate(SHOW_AGAIN)
