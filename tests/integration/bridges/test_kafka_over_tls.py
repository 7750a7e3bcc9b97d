"""The bridge to Kafka over TLS: the handshake is ours and librdkafka's; the broker behind it has no
TLS itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.bridges import kafka
from app.platform.kafka import NO_ANSWER
from tests.brokers.tansu import Tansu, temporary_tansu
from tests.certificate import Certificate
from tests.integration.bridges.conftest import (
    Mover,
    Write,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)

BridgeTo = Callable[..., Mover]


@pytest.fixture(scope="module")
def secure_tansu() -> Iterator[Tansu]:
    with temporary_tansu(over_tls=True) as server:
        yield server


@pytest.fixture
def topic(secure_tansu: Tansu) -> str:
    return secure_tansu.make_topic(new_name())


def test_events_go_to_brokers_whose_certificate_the_ca_has_signed(
    bridge_to: BridgeTo, secure_tansu: Tansu, topic: str, write: Write
) -> None:
    ca = quote(str(secure_tansu.ca))
    mover = bridge_to(f"kafka://{secure_tansu.servers}/{topic}?tls=yes&ca={ca}")
    written = write(5)
    mover.move_on()
    assert mover.bridge.failures == 0
    check_nothing_is_lost_or_out_of_order(secure_tansu.seen(topic, 5), written)


@pytest.mark.parametrize("vouched_for", ["by nobody", "by another", "for another host"])
def test_brokers_with_an_invalid_certificate_are_sent_nothing(
    bridge_to: BridgeTo,
    secure_tansu: Tansu,
    topic: str,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vouched_for: str,
) -> None:
    monkeypatch.setattr(kafka, "SEND_SECONDS", 1.0)
    servers, ca = secure_tansu.servers, f"&ca={quote(str(secure_tansu.ca))}"
    if vouched_for == "by nobody":
        ca = ""
    elif vouched_for == "by another":
        ca = f"&ca={quote(str(Certificate(tmp_path, 'other.example').file))}"
    else:
        servers = servers.replace("127.0.0.1", "localhost")
    mover = bridge_to(f"kafka://{servers}/{topic}?tls=yes{ca}")
    start = mover.bridge.place
    write()
    mover.move_on()
    assert mover.bridge.place == start
    assert mover.bridge.last_error == f"{NO_ANSWER} (_SSL)"
