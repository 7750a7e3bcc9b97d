"""The way to a stop of the tour."""

from contextlib import nullcontext

from playwright.sync_api import Page, Response

from tests.demo_applications import STRONG
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.staff import Reviewer
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import Stop
from tests.journeys.trouble import refusing
from tests.site import Site

# Differs from the history's applications, so that what the tour sends does not appear on their
# pages as the same text.
PROBLEM = f"{STRONG['problem'].strip()} We have told nobody else."
SQLSTATES = {500: "P0001", 503: "57P01"}


def arrive(page: Page, stop: Stop, site: Site, history: History, reviewer: Reviewer) -> Response:
    """Go to the stop as the right kind of visitor, and do what its state requires. Returns the page
    as it was first sent."""
    if stop.who == "staff":
        page.context.add_cookies([reviewer.cookie])
    if stop.who == "applicant":
        page.context.add_cookies([cookie_of_finished_draft(site, problem=PROBLEM)])
    state = SQLSTATES.get(stop.broken)
    with refusing(site, "drafts", "true", state) if state else nullcontext():
        sent = page.goto(history.path_to(stop.path))
        for deed in stop.deeds:
            deed(page)
    assert sent
    return sent
