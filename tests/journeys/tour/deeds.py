"""What a visitor on the tour does on a page to reach one of its states."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from tests.sample_files import png

if TYPE_CHECKING:
    from playwright._impl._api_structures import FilePayload

Deed = Callable[[Page], None]

DIAGRAM: "FilePayload" = {"name": "Flow of orders.png", "mimeType": "image/png", "buffer": png()}
SET_VALUE = "(field, value) => { field.value = value }"
FORM = "({ form }) => [form.action, [...new FormData(form)]]"


def press(button: str, times: int = 1) -> Deed:
    """Press the button so often; all but the last time its form is only sent, and the page that
    answers is not opened."""

    def deed(page: Page) -> None:
        pressed = page.get_by_role("button", name=button).first
        for _ in range(times - 1):
            address, fields = pressed.evaluate(FORM)
            page.context.request.post(address, form=dict(fields), max_redirects=0)
        with page.expect_navigation():
            pressed.click()

    return deed


def fill(**fields: str) -> Deed:
    """Fill in fields by name, including hidden ones."""

    def deed(page: Page) -> None:
        for name, value in fields.items():
            page.locator(f'[name="{name}"]').first.evaluate(SET_VALUE, value)

    return deed


def choose(option: str) -> Deed:
    return lambda page: page.locator(f'input[value="{option}"]').check()


def look_ahead(page: Page) -> None:
    page.goto("/apply/outlook")


def forget_cookies(page: Page) -> None:
    page.context.clear_cookies()


def follow(link: str) -> Deed:
    def deed(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("link", name=link).first.click()

    return deed


def open_details(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.press("Enter")  # a click would wait for a frame, and Chromium once drew none


def choose_file(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(DIAGRAM)


def fill_new_address(page: Page) -> None:
    """Fill in an address for webhooks that no endpoint has yet."""
    fill(url=f"https://client.example/{uuid.uuid4()}")(page)


def send_plainly(page: Page) -> None:
    """Send the upload form like a browser without scripts."""
    with page.expect_navigation():
        page.locator("form[data-upload]").evaluate("form => form.submit()")


def send_in_another_tab(page: Page) -> None:
    other = page.context.new_page()
    other.goto("/apply/review")
    choose("yes")(other)
    press("Send the application")(other)
    other.close()
