"""How Celery reaches its broker: the address, TLS with a certificate that is verified, and
timeouts."""

import ssl
from typing import Any
from urllib.parse import urlencode

from app.platform.address_options import (
    check_redis_ca,
    errors_about,
    read_options,
    split_address,
    take_ca,
)
from config import Config


def broker_settings(config: Config) -> dict[str, Any]:
    """Celery's settings for the broker. Raises ConfigurationError."""
    with errors_about("REDIS_URL"):
        check_redis_ca(read_options(split_address(config.REDIS_URL)))
    with errors_about("CELERY_BROKER_URL" if config.CELERY_BROKER_URL else "REDIS_URL"):
        url, ca = _without_ca(config.broker_url)
    return {
        # Not broker_url: Celery itself overrides that with CELERY_BROKER_URL, ca= included.
        "broker_read_url": url,
        "broker_write_url": url,
        "broker_use_ssl": _tls(url, ca),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": _transport_options(url),
    }


def _without_ca(url: str) -> tuple[str, str]:
    """The address without ca=, which Celery does not know, and that option's file. Raises
    ValueError."""
    address = split_address(url)
    options = read_options(address)
    check_redis_ca(options)
    if "ca" not in options:
        return url, ""
    ca = take_ca(options, is_tls=address.scheme == "amqps", needed="amqps://")
    return address._replace(query=urlencode(options)).geturl(), ca


def _tls(url: str, ca: str) -> dict[str, Any] | None:
    """By default Celery does not verify Redis's certificate, nor the host name in RabbitMQ's."""
    if url.startswith("amqps:"):
        # None stands for the host name in the address.
        names_and_chain = {"server_hostname": None, "cert_reqs": ssl.CERT_REQUIRED}
        return names_and_chain | ({"ca_certs": ca} if ca else {})
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED}  # an option in the address takes precedence
    return None


def _transport_options(url: str) -> dict[str, Any]:
    if not url.startswith("redis"):
        return {}
    return {
        "visibility_timeout": 300,
        "unacked_restore_interval": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "health_check_interval": 10,
    }
