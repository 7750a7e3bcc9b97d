"""What a first visit costs: bytes as they come over the wire, headers included, and requests."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import product

import pytest
from flask import Flask
from playwright.sync_api import Page, Request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests.journeys.conftest import Visit
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.staff import Reviewer
from tests.journeys.tour.history import History
from tests.journeys.tour.stops import STEPS, TOUR, Stop
from tests.site import Site

LOCALES = {
    "anybody": ("en-US", "de-DE"),
    "applicant": ("en-US", "de-DE"),
    "staff": ("en-US",),
}
MOST_BYTES = 100_000
MOST_BYTES_OF_STEP = 60_000
MOST_REQUESTS = 10
FETCHED_AT_ONCE = '[hx-trigger="load"]'  # is there until its part has come
FORM = {f"/apply/{key}" for key in (*STEPS, "review")}
# A filled-in step is longer than an empty one; so both are looked at.
BY_APPLICANT = [Stop(f"step {key}, filled in", f"/apply/{key}", who="applicant") for key in STEPS]
AT_ONCE = [stop for stop in (*TOUR, *BY_APPLICANT) if not stop.deeds]


@pytest.mark.parametrize("who", LOCALES)
def test_a_first_visit_costs_at_most_100_kilobytes_or_60_for_a_step_and_10_requests(
    visit: Visit,
    site: Site,
    history: History,
    ada: Reviewer,
    page_at: Callable[[str], str],
    who: str,
) -> None:
    readers = [visit(390, locale=locale) for locale in LOCALES[who]]
    for page in readers:
        if who == "staff":
            page.context.add_cookies([ada.cookie])
        if who == "applicant":
            page.context.add_cookies([cookie_of_finished_draft(site)])
    too_heavy = {}
    paths = {history.path_to(stop.path) for stop in AT_ONCE if stop.who == who}
    for page, path in longest_of_each_page(readers, paths, page_at):
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
    """Which page an address leads to; each step of the form counts as a page of its own."""
    addresses = migrated_app.url_map.bind("localhost")

    def page_at(path: str) -> str:
        if path in FORM:
            return path
        with suppress(NotFound, MethodNotAllowed):
            return str(addresses.match(path.partition("?")[0])[0])
        return "no page"

    return page_at


def longest_of_each_page(
    readers: Sequence[Page], paths: Iterable[str], page_at: Callable[[str], str]
) -> list[tuple[Page, str]]:
    """The heaviest version of each page: its reader and its path. A page loads the same files in
    each of its states and languages, so the longest weighs most."""
    length_of = {
        (reader, path): len(reader.context.request.get(path).body())
        for reader, path in product(readers, paths)
    }
    ascending = sorted(length_of, key=length_of.__getitem__)
    return list({page_at(path): (reader, path) for reader, path in ascending}.values())


def comes_over_the_wire(kind: str, bytes_of: dict[str, int]) -> bool:
    """Whether files of that kind are there, and none comes from the browser's cache."""
    sizes = [size for url, size in bytes_of.items() if url.endswith(kind)]
    return bool(sizes) and 0 not in sizes


@contextmanager
def weighed(page: Page) -> Iterator[dict[str, int]]:
    """The address of each response received inside, and its bytes on the wire for a browser with an
    empty cache."""
    bytes_of: dict[str, int] = {}
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")  # without it the next line silently does nothing
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
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
    network.detach()
    for request in answered:
        sizes = request.sizes()
        weight = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        bytes_of[request.url] = bytes_of.get(request.url, 0) + weight
