"""RabbitMQ in place of Redis as Celery's broker, by CELERY_BROKER_URL alone; over TLS only if its
certificate is valid."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from celery import Celery
from redis.exceptions import ConnectionError as RedisAway

from app.background.broker import broker_settings
from config import Config
from local.ports import HOST
from local.postgres import Postgres
from local.redis import Redis
from tests.brokers.rabbitmq import RabbitMQ
from tests.certificate import Certificate
from tests.faults.wire import Wire
from tests.prospects import submit
from tests.site import Site, eventually, prepared_site

SCORED_AND_PROPOSED = """
SELECT count(*) FROM applications
JOIN scores ON scores.application_id = applications.id
JOIN engagements ON engagements.application_id = applications.id
"""


@pytest.fixture
def site(postgres: Postgres, redis_server: Redis, rabbitmq: RabbitMQ) -> Iterator[Site]:
    own = {"CELERY_BROKER_URL": over_tls(rabbitmq)}
    with prepared_site(postgres, redis_server, own) as site:
        with site.broker() as redis:
            redis.flushall()
        site.start()
        yield site


def over_tls(rabbitmq: RabbitMQ) -> str:
    return f"{rabbitmq.url_over_tls}?ca={quote(str(rabbitmq.certificate))}"


def connect(config: Config, url: str) -> None:
    """Connect as every Celery process does, but retry a refusal immediately, and only once."""
    celery = Celery(set_as_current=False)
    celery.conf.update(broker_settings(msgspec.structs.replace(config, CELERY_BROKER_URL=url)))
    with celery.connection_for_write() as connection:
        connection.ensure_connection(
            max_retries=1, interval_start=0, reraise_as_library_errors=False
        )


def test_celery_on_rabbitmq_scores_and_proposes_and_survives_a_restart_of_the_broker(
    site: Site, rabbitmq: RabbitMQ
) -> None:
    submit(site, 3)
    eventually(lambda: site.value(SCORED_AND_PROPOSED) == 3)
    rabbitmq.stop()
    submit(site, 3)
    rabbitmq.start()
    eventually(lambda: site.value(SCORED_AND_PROPOSED) == 6)
    with site.broker() as redis:
        assert not redis.exists("celery", "_kombu.binding.celery")  # no task went through Redis


def test_rabbitmq_is_also_reached_without_tls(config: Config, rabbitmq: RabbitMQ) -> None:
    connect(config, rabbitmq.url)


def test_a_rabbitmq_with_an_invalid_certificate_gets_no_task(
    config: Config, rabbitmq: RabbitMQ, tmp_path: Path
) -> None:
    connect(config, over_tls(rabbitmq))
    another = Certificate(tmp_path, "other.example")
    vouched_for = f"?ca={quote(str(another.file))}"
    with Wire(rabbitmq.port, latency=0, tls=another.server) as wire:
        for url, reason in (
            (rabbitmq.url_over_tls, "self-signed certificate"),
            (f"{rabbitmq.url_over_tls}{vouched_for}", "self-signed certificate"),
            (f"amqps://guest:guest@{HOST}:{wire.port}/%2F{vouched_for}", "IP address mismatch"),
        ):
            with pytest.raises(ssl.SSLCertVerificationError, match=reason):
                connect(config, url)


def test_a_redis_with_an_invalid_certificate_gets_no_task(
    config: Config, redis_server: Redis, tmp_path: Path
) -> None:
    certificate = Certificate(tmp_path, HOST)
    with Wire(redis_server.port, latency=0, tls=certificate.server) as wire:
        url = f"rediss://{HOST}:{wire.port}/0"
        connect(config, f"{url}?ssl_ca_certs={quote(str(certificate.file))}")
        with pytest.raises(RedisAway, match="self-signed certificate"):
            connect(config, url)
