"""The site's own processes: applications come in from Kafka, events go out by every bridge."""

from collections.abc import Iterator

import pytest
from cloudevents.core.bindings.kafka import to_binary_event
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Producer

from app.applications.intake.submit_command import SUBMIT
from local.postgres import Postgres
from local.redis import Redis
from tests.brokers.aws import CREDENTIALS, REGION, Aws
from tests.brokers.rabbitmq import Queue, RabbitMQ
from tests.brokers.tansu import Tansu
from tests.demo_applications import STRONG
from tests.integration.bridges.conftest import (
    LAG,
    LOG,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)
from tests.prospects import submit
from tests.site import Site, eventually, prepared_site


@pytest.fixture
def commands(tansu: Tansu) -> str:
    return tansu.make_topic(new_name())


@pytest.fixture
def topic(tansu: Tansu) -> str:
    return tansu.make_topic(new_name())


@pytest.fixture
def bus(aws: Aws) -> str:
    return aws.make_bus(new_name())


@pytest.fixture
def queue(rabbitmq: RabbitMQ) -> Queue:
    return Queue(rabbitmq)


@pytest.fixture
def site(
    postgres: Postgres,
    redis_server: Redis,
    tansu: Tansu,
    aws: Aws,
    queue: Queue,
    topic: str,
    bus: str,
    commands: str,
) -> Iterator[Site]:
    bridges = [
        f"kafka://{tansu.servers}/{topic}?from=start",
        f"{queue.url}&from=start",
        f"eventbridge://{bus}?region={REGION}&endpoint={aws.endpoint}&from=start",
    ]
    settings = {
        **CREDENTIALS,
        "EVENT_BRIDGES": ", ".join(bridges),
        "EVENT_INTAKE": f"kafka://{tansu.servers}/{commands}?group=portal",
    }
    with prepared_site(postgres, redis_server, settings) as site:
        site.start()
        yield site


def test_applications_come_in_and_every_bridge_sends_every_event(
    site: Site, tansu: Tansu, aws: Aws, queue: Queue, topic: str, bus: str, commands: str
) -> None:
    submit(site, 3)
    send_command(tansu, commands)
    eventually(lambda: site.value("SELECT count(*) FROM engagements") == 4)
    eventually(lambda: site.value("SELECT count(*) FROM deliveries WHERE status <> 'done'") == 0)
    eventually(lambda: site.value("SELECT count(*) FROM bridges") == 3)
    eventually(lambda: site.value(LAG) == 0)
    recorded = site.rows(LOG)
    assert len(recorded) >= 3 * 4
    for seen in (
        tansu.seen(topic, len(recorded)),
        queue.seen(),
        aws.seen(bus),
    ):
        check_nothing_is_lost_or_out_of_order(seen, recorded)


def send_command(tansu: Tansu, topic: str) -> None:
    about = {
        "id": "1",
        "source": "https://partner.example",
        "type": SUBMIT,
        "datacontenttype": "application/json",
    }
    message = to_binary_event(CloudEvent(about, {"answers": STRONG}))
    producer = Producer({"bootstrap.servers": tansu.servers})
    producer.produce(topic, message.value, headers=list(message.headers.items()))
    assert producer.flush(10) == 0
