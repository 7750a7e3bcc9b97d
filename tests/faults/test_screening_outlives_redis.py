"""Screening keeps counting whatever becomes of Redis: nobody is refused or kept waiting, and
submissions above a limit are held. Promise 7's control shows what waiting for Redis would do."""

from collections.abc import Iterator

import pytest

from local.ports import HOST
from local.postgres import Postgres
from local.redis import Redis
from tests.faults.test_site_outlives_redis import broken
from tests.faults.wire import State, Wire
from tests.prospects import make_prospects, send
from tests.site import Site, prepared_site

ALLOWED = 2
STATUSES = "SELECT status FROM applications WHERE email = %s ORDER BY submitted_at"


@pytest.fixture(scope="module")
def site(postgres: Postgres, redis_and_wire: tuple[Redis, Wire]) -> Iterator[Site]:
    server, wire = redis_and_wire
    settings = {
        "REDIS_URL": f"redis://{HOST}:{wire.port}/0",
        "HOLD_ABOVE_PER_EMAIL": str(ALLOWED),
        "HOLD_ABOVE_PER_ADDRESS": "1000",
    }
    with prepared_site(postgres, server, settings) as site:
        site.start("web")
        yield site


@pytest.mark.parametrize(
    "trouble", [State.WHOLE, State.REFUSED, State.RESET, State.HALF_OPEN, State.SLOW]
)
def test_the_limits_hold_and_nobody_waits_whatever_becomes_of_redis(
    site: Site, wire: Wire, trouble: State
) -> None:
    email = f"{trouble.value}@client.example"
    prospects = make_prospects(site, ALLOWED + 2, email=email)
    with broken(wire, trouble):
        answers = [send(site, prospect) for prospect in prospects]
    assert {answer.status for answer in answers} == {303}
    assert max(answer.seconds for answer in answers) < wire.latency
    found = [status for (status,) in site.rows(STATUSES, email)]
    assert found == ["submitted"] * ALLOWED + ["held"] * 2
