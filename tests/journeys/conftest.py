"""One running site and one Chromium for all journeys. Each visitor has their own browser context,
and whatever goes wrong on their pages fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from local.commands import shell
from local.ports import Ports
from local.postgres import Postgres
from local.programs import servers
from local.redis import Redis, temporary_redis
from local.state import State
from tests.forked_process import ForkedProcess
from tests.journeys.staff import Reviewer
from tests.journeys.watch import Watch
from tests.site import Site, output_of, prepared_site

# The first renders the same without window handling, in a quarter of the CPU time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    # A context has few pages at a time: they share a process, which starts in a tenth less time.
    "--renderer-process-limit=1",
    # Each page runs its scripts, and axe, anew: to optimise them takes longer than it saves.
    "--js-flags=--no-opt --no-maglev --no-flush-bytecode",
)
PATIENCE_MS = 60_000
# The phone comes last, so that the tour goes on to the next page with it.
HEIGHTS = {320: 640, 768: 1024, 1440: 900, 390: 844}

# Conflicts and refusals have these statuses, and htmx logs to the console if there is no response.
EXPECTED = ("403 for ", "409 for ", "410 for ", "413 for ", "429 for ", "console: htmx:sendError")

Visit = Callable[..., Page]
Device = Callable[..., Page]


@pytest.fixture(scope="package")
def own_redis() -> Iterator[Redis]:
    with temporary_redis() as server:
        yield server


@pytest.fixture(scope="package")
def site(postgres: Postgres, own_redis: Redis) -> Iterator[Site]:
    """The whole site, with the stand-in for Stripe. A delivery becomes a dead letter at its third
    failure."""
    with (
        prepared_site(
            postgres,
            own_redis,
            {
                "DELIVERY_MAX_ATTEMPTS": "3",
                # Little waits for a sweep here, and each takes time from the browser.
                "SWEEP_SECONDS": "5",
                "WEBHOOK_ALLOW_PRIVATE": "true",
                # No journey gives its sandbox back, which takes time from the browser till it ends.
                "LABS_MINUTES": "3",
                "LABS_SANDBOXES": "1000",
                "LABS_SANDBOXES_PER_NETWORK": "1000",
            },
            labs=True,
            texts=True,
        ) as site,
        stripe_standin(site),
    ):
        site.start()
        yield site


@contextmanager
def stripe_standin(site: Site) -> Iterator[None]:
    """The stand-in as a separate process, as `make run` starts it."""
    settings = site.settings
    stripe_port = urlsplit(settings["STRIPE_API_BASE"]).port
    assert stripe_port
    ports = Ports(web=int(settings["PORT"]), stripe=stripe_port)
    process = servers(State(Path(settings["VAR_DIR"])), ports, settings).stripe
    process.start()
    try:
        yield
    finally:
        process.stop()


@pytest.fixture(scope="package")
def ada(site: Site) -> Reviewer:
    return employ(site, "ada@champlin.example", "Ada Lovelace")


@pytest.fixture(scope="package")
def grace(site: Site) -> Reviewer:
    return employ(site, "grace@champlin.example", "Grace Hopper")


def employ(site: Site, email: str, name: str) -> Reviewer:
    printed = Path(site.settings["VAR_DIR"]) / email
    command = shell(f"flask staff add {email} '{name}'")
    password = output_of(ForkedProcess("staff", command, log=printed, environ=site.settings))
    return Reviewer(site, email, name, password.strip())


@pytest.fixture(autouse=True)
def nobody_has_tried_before(own_redis: Redis, site: Site) -> None:
    """Reset the rate limits, since all tests come from the same address."""
    with site.broker() as broker:
        for counter in broker.scan_iter("LIMITS:*"):
            broker.delete(counter)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"The browser tests need Chromium: none of {', '.join(BROWSERS)} is installed."
    expect.set_options(timeout=PATIENCE_MS)
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def open_page(
    browser: Browser, width: int, *, at: str, others: Sequence[str] = (), **options: object
) -> tuple[Page, Watch]:
    """A page in a fresh context on the site at that address, and the watch over it. Below 1,000 px
    it is a phone. ``others`` are further origins to which it may send requests."""
    touches = width < 1000
    context = browser.new_context(
        **{  # type: ignore[arg-type]
            "base_url": at,
            "viewport": {"width": width, "height": HEIGHTS[width]},
            "has_touch": touches,
            "is_mobile": touches,
            **options,
        }
    )
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(at, *others)
    watch.follow(context)
    return context.new_page(), watch


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open a page of the site, or ``at`` another address. ``reviewer`` is who is signed in;
    ``pays`` allows Stripe's page; other options go to the browser context."""
    visitors: list[tuple[BrowserContext, Watch]] = []

    def visit(
        width: int = 390,
        *,
        at: str = site.url,
        javascript: bool = True,
        reviewer: Reviewer | None = None,
        pays: bool = False,
        **options: object,
    ) -> Page:
        others = [site.settings["STRIPE_API_BASE"]] if pays else []
        options |= {"java_script_enabled": javascript}
        page, watch = open_page(browser, width, at=at, others=others, **options)
        visitors.append((page.context, watch))
        if reviewer:
            page.context.add_cookies([reviewer.cookie])
        return page

    yield visit
    for context, watch in visitors:
        watch.look_at(context.pages)
        context.close()
    assert [fault for _, watch in visitors for fault in watch.faults] == []


@pytest.fixture
def device(browser: Browser, site: Site) -> Iterator[Device]:
    """A separate browser, in which a conflict, a refusal and a dead server are not faults, nor what
    begins like one of ``also``."""
    opened: list[tuple[BrowserContext, Watch]] = []
    expected = [*EXPECTED]

    def device(width: int = 390, *, javascript: bool = True, also: Sequence[str] = ()) -> Page:
        page, watch = open_page(browser, width, at=site.url, java_script_enabled=javascript)
        opened.append((page.context, watch))
        expected.extend(also)
        return page

    yield device
    for context, watch in opened:
        watch.look_at([page for page in context.pages if page.url.startswith(site.url)])
        context.close()
    faults = [fault for _, watch in opened for fault in watch.faults]
    assert [fault for fault in faults if not fault.startswith(tuple(expected))] == []
