"""One measured site for all of these tests."""

from collections.abc import Iterator

import pytest

from benchmarks.site import MeasuredSite, measured_site
from local.postgres import Postgres
from local.redis import temporary_redis


@pytest.fixture(scope="package")
def measured(postgres: Postgres) -> Iterator[MeasuredSite]:
    with temporary_redis() as redis, measured_site(postgres, redis, "web", "labs") as measured:
        yield measured
