"""A whole site that each test finds running and empty, and a word on how much each test did."""

import os
from collections.abc import Callable, Iterator

import pytest

from local.postgres import Postgres
from local.redis import Redis, temporary_redis
from tests.site import Site, prepared_site

NOTES = pytest.StashKey[list[str]]()
FULL = os.environ.get("FAULT_SCALE") == "full"


@pytest.fixture(scope="session")
def scale() -> Callable[[int, int], int]:
    """How often: the first number, or the second with FAULT_SCALE=full, as `make faults` sets."""
    return lambda brief, full: full if FULL else brief


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Have the run's summary say how often something was tried: no failure in n means little
    without its n."""
    return request.config.stash.setdefault(NOTES, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if notes := config.stash.get(NOTES, []):
        terminalreporter.section("what the fault tests did")
        for line in notes:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    with temporary_redis() as server:
        yield server


@pytest.fixture(scope="session")
def whole_site(postgres: Postgres, own_redis: Redis) -> Iterator[Site]:
    with prepared_site(postgres, own_redis) as site:
        yield site


@pytest.fixture
def site(whole_site: Site) -> Site:
    """Every process runs; nothing was ever submitted."""
    whole_site.reset()
    return whole_site
