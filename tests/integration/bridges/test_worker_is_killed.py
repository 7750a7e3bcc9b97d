"""Workers are killed while sending, with the bridge well behind the log."""

from collections.abc import Iterator

import pytest

from local.ports import HOST
from local.postgres import Postgres
from local.redis import Redis
from tests.brokers.rabbitmq import Queue, RabbitMQ, places_in
from tests.faults.wire import State, Wire
from tests.integration.bridges.conftest import LAG, LOG, check_nothing_is_lost_or_out_of_order
from tests.prospects import submit
from tests.site import Site, eventually, prepared_site

APPLICATIONS = 24
KILLS = 2


@pytest.fixture
def wire(rabbitmq: RabbitMQ) -> Iterator[Wire]:
    """A connection so slow that a batch takes a while."""
    with Wire(rabbitmq.port, latency=0.01) as wire:
        wire.become(State.SLOW)
        yield wire


@pytest.fixture
def queue(rabbitmq: RabbitMQ) -> Queue:
    return Queue(rabbitmq)


@pytest.fixture
def site(
    postgres: Postgres, redis_server: Redis, rabbitmq: RabbitMQ, wire: Wire, queue: Queue
) -> Iterator[Site]:
    address = queue.url.replace(f"{HOST}:{rabbitmq.port}", f"{HOST}:{wire.port}")
    settings = {"EVENT_BRIDGES": f"{address}&from=start", "RESEND_AFTER_SECONDS": "1"}
    with prepared_site(postgres, redis_server, settings) as site:
        site.start("web", "relay")
        submit(site, APPLICATIONS)
        yield site


def test_a_killed_worker_causes_at_worst_repeats(site: Site, queue: Queue) -> None:
    with site.kept_running():
        for _ in range(KILLS):
            before = queue.count()
            eventually(lambda before=before: queue.count() >= before + 5)  # type: ignore[misc]
            site.kill("worker")
        eventually(lambda: site.value("SELECT count(*) FROM engagements") == APPLICATIONS)
        done = "SELECT count(*) FROM deliveries WHERE status <> 'done'"
        eventually(lambda: site.value(done) == 0)
        eventually(lambda: site.value(LAG) == 0)
    messages = queue.read()
    repeats = check_nothing_is_lost_or_out_of_order(places_in(messages), site.rows(LOG))
    ids = [properties.message_id for properties, _, _ in messages]
    assert len(ids) - len(set(ids)) == repeats
