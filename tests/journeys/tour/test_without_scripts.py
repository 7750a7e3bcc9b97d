"""The same on a phone that runs no scripts: every state is reached, and axe finds nothing. Pages
that scripts leave as they were sent are covered by the tour with scripts."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import PHONE, faults_of
from tests.journeys.staff import Reviewer
from tests.journeys.tour.arrival import arrive
from tests.journeys.tour.as_sent import is_left_as_sent
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import TOUR, Stop
from tests.journeys.watch import Watch
from tests.site import Site

OWN_WAY = [stop for stop in TOUR if not is_left_as_sent(stop)]


@contextmanager
def no_scripts(page: Page) -> Iterator[None]:
    """Pages opened inside never run a script of their own; axe needs scripts afterwards."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    yield
    session.send("Emulation.setScriptExecutionDisabled", {"value": False})
    session.detach()


@pytest.mark.parametrize("stop", OWN_WAY, ids=[stop.name for stop in OWN_WAY])
def test_without_scripts_every_state_is_reached_and_axe_finds_nothing(
    tourist: tuple[Page, Watch], site: Site, history: History, ada: Reviewer, stop: Stop
) -> None:
    page, watch = tourist
    watch.provoked = stop.broken
    with no_scripts(page):
        arrive(page, stop, site, history, ada)
        if stop.shows:
            expect(page.get_by_text(stop.shows).first).to_be_visible()
    assert faults_of(page, widths=[PHONE]) == ""
