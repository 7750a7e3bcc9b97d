"""A whole site, running and empty at the start of each test, and a note on how much each test
did."""

import random
from collections.abc import Callable, Generator, Iterator

import pytest

from local.ports import HOST
from local.postgres import Postgres
from local.redis import Redis, temporary_redis
from tests.conftest import FAULT_SEED, NOTE
from tests.faults.wire import State, Wire
from tests.site import FULL_FAULTS, Site, prepared_site

LATENCY = 5.0
LINES_SHOWN = 60


@pytest.fixture(scope="package")
def scale() -> Callable[[int, int], int]:
    """How often to repeat: the first number, or the second with FAULT_SCALE=full, as in
    `make faults`."""
    return lambda brief, full: full if FULL_FAULTS else brief


@pytest.fixture(autouse=True)
def seeded(request: pytest.FixtureRequest) -> None:
    """Seed what a test strikes, and when, from FAULT_SEED, so that it can be repeated."""
    random.seed(f"{FAULT_SEED} {request.node.name}")


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Report in the run's summary how often something was tried: "no failures" means little without
    a number of tries."""
    return lambda line: request.node.user_properties.append((NOTE, line))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the site's processes with a failed test."""
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.failed and report.when == "call" and site is not None:
        for name, process in site.processes.items():
            state = "running" if process.is_running else process.ending
            warnings = [line for line in site.log(name).splitlines() if "[info" not in line]
            report.sections.append((f"{name} ({state})", "\n".join(warnings[-LINES_SHOWN:])))
    return report


@pytest.fixture(scope="package")
def redis_and_wire() -> Iterator[tuple[Redis, Wire]]:
    with temporary_redis() as server, Wire(server.port, latency=LATENCY) as wire:
        yield server, wire


@pytest.fixture
def wire(redis_and_wire: tuple[Redis, Wire]) -> Wire:
    """The wire from the site to its Redis."""
    return redis_and_wire[1]


@pytest.fixture(scope="package")
def whole_site(postgres: Postgres, redis_and_wire: tuple[Redis, Wire]) -> Iterator[Site]:
    server, wire = redis_and_wire
    # With a proxy, each prospect can have their own address.
    settings = {
        "REDIS_URL": f"redis://{HOST}:{wire.port}/0",
        "TRUSTED_PROXIES": "1",
        "WEBHOOK_ALLOW_PRIVATE": "true",
    }
    with prepared_site(postgres, server, settings) as site:
        yield site


@pytest.fixture
def site(whole_site: Site, wire: Wire) -> Site:
    """The site with every process running and nothing submitted."""
    wire.become(State.WHOLE)
    whole_site.reset()
    return whole_site
