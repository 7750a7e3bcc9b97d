"""A proxy in front of the site: who is believed about the visitor's address and the site's name."""

import msgspec
import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.web.security import init_security
from config import Config

FORWARDED = {"X-Forwarded-For": "203.0.113.7"}


def client_of(config: Config, *, proxies: int) -> FlaskClient:
    """A client of a site whose answer is the address it sees the client at."""
    site = Flask(__name__)
    init_security(site, msgspec.structs.replace(config, TRUSTED_PROXIES=proxies))
    site.get("/", endpoint="address")(lambda: request.remote_addr or "")
    site.get("/host", endpoint="host")(lambda: request.host)
    return site.test_client()


def test_a_proxy_missing_from_the_settings_is_logged_once(config: Config) -> None:
    client = client_of(config, proxies=0)
    with capture_logs() as said:
        client.get("/")
        assert said == []
        answers = [client.get("/", headers=FORWARDED).text for _ in range(3)]
    assert answers == ["127.0.0.1"] * 3
    assert said == [
        {
            "event": "request.through_unknown_proxy",
            "setting": "TRUSTED_PROXIES",
            "log_level": "warning",
        }
    ]


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.9")]
)
def test_an_address_forged_ahead_of_the_proxys_own_entry_is_ignored(
    config: Config, proxies: int, address: str
) -> None:
    forged = {"X-Forwarded-For": "192.0.2.66, 198.51.100.9, 203.0.113.7"}
    assert client_of(config, proxies=proxies).get("/", headers=forged).text == address


@pytest.mark.parametrize(
    ("proxies", "host", "status"),
    [
        (0, "evil.example", 200),  # the header is not read
        (1, "evil.example", 400),  # for a proxy that passes on what it was sent
        (1, "localhost, evil.example", 400),
        (1, "evil.example, localhost", 200),
    ],
)
def test_a_host_that_is_not_ours_is_refused_in_a_forwarded_header_too(
    config: Config, proxies: int, host: str, status: int
) -> None:
    answer = client_of(config, proxies=proxies).get("/host", headers={"X-Forwarded-Host": host})
    assert answer.status_code == status
    assert answer.text == "localhost" or status == 400


def test_a_proxy_named_in_the_settings_is_not_logged(config: Config) -> None:
    client = client_of(config, proxies=1)
    with capture_logs() as said:
        assert client.get("/", headers=FORWARDED).text == "203.0.113.7"
    assert said == []
