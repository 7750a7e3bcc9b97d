"""What a first visit costs: bytes as they come over the wire, headers included, and requests."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request

from tests.journeys.conftest import Visit
from tests.journeys.history import History
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.staff import Reviewer
from tests.journeys.tour.stops import STEPS, TOUR, Stop
from tests.site import Site

MOST_BYTES = 100_000
MOST_BYTES_OF_STEP = 60_000
MOST_REQUESTS = 10
FETCHED_AT_ONCE = '[hx-trigger="load"]'  # stands there until its part has come
FORM = {f"/apply/{key}" for key in (*STEPS, "review")}
# A filled-in step is longer than an empty one; so both are looked at.
BY_APPLICANT = [Stop(f"step {key}, filled in", f"/apply/{key}", who="applicant") for key in STEPS]
AT_ONCE = [stop for stop in (*TOUR, *BY_APPLICANT) if not stop.deeds]


@pytest.mark.parametrize(
    ("who", "locale"),
    [
        *(("anybody", "en-US"), ("applicant", "en-US"), ("staff", "en-US")),
        *(("anybody", "de-DE"), ("applicant", "de-DE")),
    ],
)
def test_a_first_visit_takes_at_most_100_kilobytes_a_step_60_and_each_10_requests(
    visit: Visit, site: Site, history: History, ada: Reviewer, who: str, locale: str
) -> None:
    page = visit(390, reviewer=ada if who == "staff" else None, locale=locale)
    if who == "applicant":
        page.context.add_cookies([cookie_of_finished_draft(site)])
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")  # without it the next line says nothing and does nothing
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    too_heavy = {}
    for stop in AT_ONCE:
        if stop.who == who:
            with weighed(page) as bytes_of:
                page.goto(history.path_to(stop.path))
                page.evaluate("document.fonts.ready.then(() => true)")
                page.wait_for_selector(FETCHED_AT_ONCE, state="detached")
            for kind in (".css", ".woff2"):
                assert comes_over_the_wire(kind, bytes_of), f"{stop.name} has no {kind}?"
            allowed = MOST_BYTES_OF_STEP if stop.path in FORM else MOST_BYTES
            if sum(bytes_of.values()) > allowed or len(bytes_of) > MOST_REQUESTS:
                too_heavy[stop.name] = bytes_of
    assert too_heavy == {}


def comes_over_the_wire(kind: str, bytes_of: dict[str, int]) -> bool:
    """Whether files of that kind are there, and none comes from the browser's memory."""
    sizes = [size for url, size in bytes_of.items() if url.endswith(kind)]
    return bool(sizes) and 0 not in sizes


@contextmanager
def weighed(page: Page) -> Iterator[dict[str, int]]:
    """The address of each answer to what is asked meanwhile, and what it takes on the wire."""
    bytes_of: dict[str, int] = {}
    asked: list[Request] = []
    answered: list[Request] = []

    def ask(request: Request) -> None:
        asked.append(request)

    def answer(request: Request) -> None:
        answered.append(request)

    page.on("request", ask)
    page.on("requestfinished", answer)
    yield bytes_of
    while len(answered) < len(asked):
        page.wait_for_event("requestfinished")
    page.remove_listener("request", ask)
    page.remove_listener("requestfinished", answer)
    for request in answered:
        sizes = request.sizes()
        weight = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        bytes_of[request.url] = bytes_of.get(request.url, 0) + weight
