"""The broker settings that Celery gets from an address."""

import msgspec
import pytest

from app.background.broker import broker_settings
from config import Config, ConfigurationError, load_config
from tests.unit.test_config import GOOD


@pytest.fixture
def config() -> Config:
    return load_config(GOOD)


def broker_at(config: Config, url: str) -> dict[str, object]:
    return broker_settings(msgspec.structs.replace(config, CELERY_BROKER_URL=url))


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_without_tls_the_broker_address_is_used_as_it_stands(config: Config, scheme: str) -> None:
    url = f"{scheme}://me:a%2Fb@broker/1?heartbeat=5"
    settings = broker_at(config, url)
    assert settings["broker_read_url"] == settings["broker_write_url"] == url
    assert settings["broker_use_ssl"] is None


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("amqp://me:s3cret@broker/v?ca=/nothing", "has a ca=, which needs amqps://."),
        ("rediss://:s3cret@broker/1?ca=/nothing", "has a ca=, which needs amqps://."),
        ("amqps://me:s3cret@broker/v?ca=/nothing", "not a file of certificates in PEM format."),
    ],
)
def test_an_unusable_ca_option_stops_startup_with_an_explanation(
    config: Config, url: str, sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=r"^CELERY_BROKER_URL has a ca=") as caught:
        broker_at(config, url)
    assert str(caught.value).endswith(sentence) and "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["REDIS_URL", "CELERY_BROKER_URL"])
def test_a_missing_certificate_file_for_redis_stops_startup_with_an_explanation(
    config: Config, name: str
) -> None:
    address = "rediss://me:s3cret@redis:6379/0?ssl_ca_certs=/nothing"
    with pytest.raises(ConfigurationError) as refused:
        broker_settings(msgspec.structs.replace(config, **{name: address}))
    assert refused.value.message == (
        f"{name} has a ssl_ca_certs= that is not a file of certificates in PEM format."
    )
