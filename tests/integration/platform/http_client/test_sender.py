"""One POST to a real server: what it sends, how it fails, and where it never connects."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpcore
import pytest

from app.platform.database import utc_now
from app.platform.http_client.addresses import IPAddress, is_public
from app.platform.http_client.connection import GuardedNetwork
from app.platform.http_client.sender import MOST_KEPT, Request, Sender
from local.ports import HOST, free_port
from tests.certificate import Certificate
from tests.webhook_receiver import Reply, WebhookReceiver

PUBLIC = ipaddress.ip_address("93.184.216.34")
LOOPBACK = ipaddress.ip_address(HOST)
BRIEFLY = 0.5


def to(url: str) -> Request:
    return Request(url=url, headers={"content-type": "application/json"}, body=b'{"a": 1}')


@pytest.fixture
def sender() -> Sender:
    return Sender(allow_private=True)


@contextmanager
def raw_server(*answers: bytes, hangs_up: bool = False) -> Iterator[str]:
    """A server that sends its only client these pieces, one by one, and then hangs up or waits."""
    over = threading.Event()
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            visitor, _ = server.accept()
            with visitor, suppress(OSError):  # the client may have gone
                visitor.recv(65536)
                for answer in answers:
                    visitor.sendall(answer)
                    over.wait(BRIEFLY / 5)
                if hangs_up:
                    visitor.shutdown(socket.SHUT_WR)
                over.wait(30)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://{HOST}:{server.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


def test_the_body_and_the_headers_arrive_unchanged(
    sender: Sender, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: Reply(202, body="schön <b>".encode())
    answer = sender.post(to(receiver.url))
    assert (answer.status, answer.error, answer.text) == (202, None, "schön <b>")
    assert answer.is_delivered and answer.duration_ms >= 0
    (received,) = receiver.received
    assert received.body == b'{"a": 1}'
    assert received.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_any_other_status_is_a_failure_that_reports_it(
    sender: Sender, receiver: WebhookReceiver, status: int
) -> None:
    receiver.answer = lambda _: Reply(status, (("retry-after", "90"),))
    answer = sender.post(to(receiver.url))
    assert answer.status == status and not answer.is_delivered
    assert answer.is_gone is (status == 410)
    assert answer.retry_after == 90


@pytest.mark.parametrize(("hours", "seconds"), [(1, 3600), (-1, 0)])
def test_a_retry_after_header_may_be_a_date_too(
    sender: Sender, receiver: WebhookReceiver, hours: int, seconds: float
) -> None:
    date = format_datetime(utc_now() + timedelta(hours=hours), usegmt=True)
    receiver.answer = lambda _: Reply(429, (("retry-after", date),))
    assert sender.post(to(receiver.url)).retry_after == pytest.approx(seconds, abs=300)


@pytest.mark.parametrize(
    "header",
    [
        *("soon", "-5", "1.5", "Thu, 99 Nov 2026 00:00:00 GMT", ""),
        "Mon, 01 Jan 2024 99999999999999999999:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999",
    ],
)
def test_a_malformed_retry_after_header_is_ignored(
    sender: Sender, receiver: WebhookReceiver, header: str
) -> None:
    receiver.answer = lambda _: Reply(429, (("retry-after", header),))
    assert sender.post(to(receiver.url)).retry_after == 0


def test_a_redirect_is_not_followed(sender: Sender, receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as inner:
        receiver.answer = lambda _: Reply(307, (("location", inner.url),))
        assert sender.post(to(receiver.url)).status == 307
        assert inner.received == []


def test_only_the_beginning_of_a_huge_answer_is_read(
    sender: Sender, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: Reply(200, body=b"x" * 50_000_000)
    answer = sender.post(to(receiver.url))
    assert answer.is_delivered
    assert answer.text == "x" * MOST_KEPT


def test_a_server_that_hangs_is_given_up_on(receiver: WebhookReceiver) -> None:
    receiver.answer = receiver.hang
    answer = Sender(allow_private=True, total_seconds=BRIEFLY).post(to(receiver.url))
    assert answer.error == "timed_out"
    assert BRIEFLY * 1000 <= answer.duration_ms < 5000


def test_a_server_that_trickles_its_answer_gets_no_more_time() -> None:
    with raw_server(*[b"H", b"T", b"T", b"P"] * 20) as url:
        answer = Sender(allow_private=True, total_seconds=BRIEFLY).post(to(url))
    assert answer.error == "timed_out"
    assert answer.duration_ms < 5000


def test_the_status_counts_even_if_the_body_never_ends() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", b"half") as url:
        answer = Sender(allow_private=True, total_seconds=BRIEFLY).post(to(url))
    assert answer.is_delivered and answer.text == "half"


def test_an_answer_without_a_length_ends_when_the_server_hangs_up(sender: Sender) -> None:
    with raw_server(b"HTTP/1.1 503 Away\r\n\r\n", b"why", hangs_up=True) as url:
        answer = sender.post(to(url))
    assert (answer.status, answer.error, answer.text) == (503, None, "why")


def test_each_kind_of_failure_has_its_own_name(sender: Sender) -> None:
    assert sender.post(to(f"http://{HOST}:{free_port()}/")).error == "not_reached"
    assert sender.post(to("http://nobody.invalid/")).error == "name_not_found"
    with raw_server(b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as url:
        assert sender.post(to(url)).error == "not_http"
    with raw_server(hangs_up=True) as url:
        assert sender.post(to(url)).error == "cut_off"


def test_over_tls_the_certificate_has_to_be_trusted_and_match_the_host(tmp_path: Path) -> None:
    ours = Certificate(tmp_path, HOST)
    with WebhookReceiver(ours.server) as receiver:
        assert Sender(allow_private=True).post(to(receiver.url)).error == "tls_failed"
        trusting = Sender(allow_private=True, tls=ours.trusting_client)
        assert trusting.post(to(receiver.url)).is_delivered
    others = Certificate(tmp_path, "other.example")
    with WebhookReceiver(others.server) as receiver:
        trusting = Sender(allow_private=True, tls=others.trusting_client)
        assert trusting.post(to(receiver.url)).error == "tls_failed"
        assert receiver.received == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0177.0.0.1"),
        *("localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "[::]"),
        *("169.254.169.254", "10.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "100.64.0.1"),
    ],
)
def test_no_spelling_of_an_internal_address_is_connected_to(
    receiver: WebhookReceiver, host: str
) -> None:
    answer = Sender().post(to(f"https://{host}:{receiver.port}/"))
    assert answer.error in {"address_refused", "name_not_found"}  # on a machine without IPv6
    assert receiver.received == []


def test_without_the_setting_nothing_is_sent_over_plain_http(receiver: WebhookReceiver) -> None:
    sender = Sender(look_up=lambda *_: [PUBLIC])
    assert sender.post(to("http://example.com/")).error == "address_refused"


def test_one_internal_address_among_public_ones_is_enough_to_refuse_the_host() -> None:
    sender = Sender(look_up=lambda *_: [PUBLIC, LOOPBACK])
    assert sender.post(to("https://example.com/")).error == "address_refused"


class Rebinding:
    """A resolver that answers with a public address first and with the loopback address ever
    after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[IPAddress]:
        self.asked += 1
        return [PUBLIC if self.asked == 1 else LOOPBACK]


def test_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[str] = []

    def connect(_: object, host: str, *__: object) -> httpcore.NetworkStream:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    look_up = Rebinding()
    assert Sender(look_up=look_up).post(to("https://rebinding.example/")).error == "not_reached"
    assert connected == [str(PUBLIC)] and look_up.asked == 1
    assert Sender(look_up=look_up).post(to("https://rebinding.example/")).error == "address_refused"
    assert connected == [str(PUBLIC)]


def test_looking_up_the_host_again_after_the_check_would_reach_an_internal_address(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: why the sender connects to the very address it checked."""
    look_up = Rebinding()

    def look_up_again(network: GuardedNetwork, host: str, port: int) -> list[IPAddress]:
        assert all(is_public(address) for address in look_up(host, port))
        return look_up(host, port)

    monkeypatch.setattr(GuardedNetwork, "_checked_addresses", look_up_again)
    sender = Sender(look_up=look_up)
    answer = sender.post(to(f"https://rebinding.example:{receiver.port}/"))
    assert answer.error == "tls_failed"  # it reached the loopback server, which has no TLS
