"""Brokers for the whole run, each started by the first test that wants it."""

from collections.abc import Iterator

import pytest

from tests.brokers.aws import CREDENTIALS, Aws, temporary_aws
from tests.brokers.rabbitmq import RabbitMQ, temporary_rabbitmq
from tests.brokers.tansu import Tansu, temporary_tansu
from tests.faults.wire import State


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    with temporary_rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def tansu_server() -> Iterator[Tansu]:
    with temporary_tansu() as server:
        yield server


@pytest.fixture
def tansu(tansu_server: Tansu) -> Tansu:
    tansu_server.wire.become(State.WHOLE)
    return tansu_server


@pytest.fixture(scope="session")
def aws_server() -> Iterator[Aws]:
    with temporary_aws() as server:
        yield server


@pytest.fixture
def aws(aws_server: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws_server.wire.become(State.WHOLE)
    return aws_server
