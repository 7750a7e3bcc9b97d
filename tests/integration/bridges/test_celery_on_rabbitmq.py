"""Celery's own broker: RabbitMQ in the place of Redis, by CELERY_BROKER_URL alone."""

from collections.abc import Iterator

import pytest

from local.postgres import Postgres
from local.redis import Redis
from tests.brokers.rabbitmq import RabbitMQ
from tests.prospects import submit
from tests.site import Site, eventually, prepared_site

SCORED_AND_PROPOSED = """
SELECT count(*) FROM applications
JOIN scores ON scores.application_id = applications.id
JOIN engagements ON engagements.application_id = applications.id
"""


@pytest.fixture
def site(postgres: Postgres, redis_server: Redis, rabbitmq: RabbitMQ) -> Iterator[Site]:
    with prepared_site(postgres, redis_server, {"CELERY_BROKER_URL": rabbitmq.url}) as site:
        with site.broker() as redis:
            redis.flushall()
        site.start()
        yield site


def test_applications_are_scored_and_proposed_over_rabbitmq_and_outlive_its_restart(
    site: Site, rabbitmq: RabbitMQ
) -> None:
    submit(site, 3)
    eventually(lambda: site.value(SCORED_AND_PROPOSED) == 3)
    rabbitmq.stop()
    submit(site, 3)
    rabbitmq.start()
    eventually(lambda: site.value(SCORED_AND_PROPOSED) == 6)
    with site.broker() as redis:
        assert not redis.exists("celery", "_kombu.binding.celery")  # no task went by Redis
