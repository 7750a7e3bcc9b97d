"""Who goes on the tour, and what has happened before it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import open_page
from tests.journeys.staff import Reviewer
from tests.journeys.tour.history import History, make_history
from tests.journeys.watch import Watch
from tests.site import Site


@pytest.fixture(scope="package")
def history(site: Site, ada: Reviewer) -> History:
    return make_history(site, ada)


@pytest.fixture(scope="module")
def locale() -> str:
    """The language that the tourist's browser asks for."""
    return "en-US"


@pytest.fixture(scope="module")
def travelling(browser: Browser, site: Site, locale: str) -> Iterator[tuple[Page, Watch]]:
    """One page for the whole tour, since a browser that has already run axe runs it faster."""
    page, watch = open_page(browser, 1440, at=site.url, locale=locale, reduced_motion="reduce")
    yield page, watch
    page.context.close()


@pytest.fixture
def tourist(travelling: tuple[Page, Watch], site: Site) -> Iterator[tuple[Page, Watch]]:
    """That page, without cookies and without what the browser kept of a form; whatever goes wrong
    on it fails the test."""
    page, watch = travelling
    page.context.clear_cookies()
    kept = {"origin": site.url, "storageTypes": "local_storage"}
    tools = page.context.new_cdp_session(page)
    tools.send("Storage.clearDataForOrigin", kept)
    tools.detach()
    watch.provoked, watch.faults = 0, []
    yield page, watch
    watch.look_at([page])
    assert watch.faults == []
