"""A proxy in front of the site: whose word on the visitor's address counts."""

import msgspec
from flask import Flask, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.security import init_security
from config import Config

FORWARDED = {"X-Forwarded-For": "203.0.113.7"}


def client_of(config: Config, *, proxies: int) -> FlaskClient:
    """A browser of a site that says from where it is looked at."""
    site = Flask(__name__)
    init_security(site, msgspec.structs.replace(config, TRUSTED_PROXIES=proxies))
    site.get("/")(lambda: request.remote_addr or "")
    return site.test_client()


def test_an_operator_is_told_once_of_a_proxy_that_the_settings_do_not_know(config: Config) -> None:
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


def test_of_a_proxy_that_the_settings_know_nothing_is_said(config: Config) -> None:
    client = client_of(config, proxies=1)
    with capture_logs() as said:
        assert client.get("/", headers=FORWARDED).text == "203.0.113.7"
    assert said == []
