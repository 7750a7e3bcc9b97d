"""The catalog of events is open to programs in browsers, such as viewers of AsyncAPI documents."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.site import Site

FETCH = "address => fetch(address).then(answer => answer.json())"


@pytest.fixture
def elsewhere(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of another site on this machine: the stand-in for Stripe."""
    page = browser.new_page(bypass_csp=True)  # of the stand-in, which fetches nothing
    page.goto(site.settings["STRIPE_API_BASE"])
    yield page
    page.close()


@pytest.mark.parametrize(
    ("path", "keyword"),
    [
        ("asyncapi.json", "asyncapi"),
        ("openapi.json", "openapi"),
        ("schemas/application.submitted/1", "$id"),
    ],
)
def test_a_page_of_another_site_can_read_the_catalog_of_events(
    elsewhere: Page, site: Site, path: str, keyword: str
) -> None:
    assert keyword in elsewhere.evaluate(FETCH, f"{site.url}/api/v1/{path}")


def test_a_page_of_another_site_can_ask_whether_what_it_has_is_still_current(
    elsewhere: Page, site: Site
) -> None:
    ask_twice = """async address => {
        const seen = (await fetch(address)).headers.get("ETag");
        return (await fetch(address, {headers: {"If-None-Match": seen}})).status;
    }"""
    assert elsewhere.evaluate(ask_twice, f"{site.url}/api/v1/openapi.json") == 304


def test_a_page_of_another_site_can_read_no_page_of_ours(elsewhere: Page, site: Site) -> None:
    tried = "address => fetch(address).then(() => 'read', () => 'refused')"
    assert elsewhere.evaluate(tried, site.url) == "refused"
