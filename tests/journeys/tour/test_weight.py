"""What a first visit costs: bytes as they come over the wire, headers included, and requests."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import pytest
from flask import Flask
from playwright.sync_api import Page, Request
from werkzeug.exceptions import MethodNotAllowed, NotFound

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
    visit: Visit,
    site: Site,
    history: History,
    ada: Reviewer,
    page_at: Callable[[str], str],
    who: str,
    locale: str,
) -> None:
    page = visit(390, reviewer=ada if who == "staff" else None, locale=locale)
    if who == "applicant":
        page.context.add_cookies([cookie_of_finished_draft(site)])
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")  # without it the next line says nothing and does nothing
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    too_heavy = {}
    paths = {history.path_to(stop.path) for stop in AT_ONCE if stop.who == who}
    for path in longest_of_each_page(page, paths, page_at):
        with weighed(page) as bytes_of:
            page.goto(path)
            page.evaluate("document.fonts.ready.then(() => true)")
            page.wait_for_selector(FETCHED_AT_ONCE, state="detached")
        for kind in (".css", ".woff2"):
            assert comes_over_the_wire(kind, bytes_of), f"{path} has no {kind}?"
        allowed = MOST_BYTES_OF_STEP if path in FORM else MOST_BYTES
        if sum(bytes_of.values()) > allowed or len(bytes_of) > MOST_REQUESTS:
            too_heavy[path] = bytes_of
    assert too_heavy == {}


@pytest.fixture
def page_at(migrated_app: Flask) -> Callable[[str], str]:
    """Which page an address leads to; each step of the form is one of its own."""
    addresses = migrated_app.url_map.bind("localhost")

    def page_at(path: str) -> str:
        if path in FORM:
            return path
        with suppress(NotFound, MethodNotAllowed):
            return str(addresses.match(path.partition("?")[0])[0])
        return "no page"

    return page_at


def longest_of_each_page(
    page: Page, paths: Iterable[str], page_at: Callable[[str], str]
) -> list[str]:
    """What a page loads is the same in each of its states, so the longest weighs most."""
    length_of = {path: len(page.context.request.get(path).body()) for path in paths}
    return list({page_at(path): path for path in sorted(paths, key=length_of.__getitem__)}.values())


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
