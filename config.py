"""Configuration: every setting, read from the environment and checked once at the start.

The README's table documents each variable; `tests/repository/test_configuration.py` compares
the two.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import click
import msgspec

from config_checks import (
    SCHEMES,
    SHORTEST_SECRET,
    STRIPE_PREFIXES,
    UNDECODED,
    Connections,
    Count,
    CountOrZero,
    Niceness,
    Seconds,
    SecondsOrZero,
    can_be_overheard,
    is_host,
    is_mail_address,
    is_origin,
    is_sender,
    is_server,
    is_weak,
    is_web_address,
)
from config_local import settings_left_in

ROOT = Path(__file__).parent
SHORTEST_TOKEN = 16


class ConfigurationError(click.ClickException):
    """A setting is missing or wrong. The message, which `flask` prints, names the variable."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings. Times are in seconds, URLs carry their credentials, lists have commas."""

    ENVIRONMENT: Literal["production", "development", "test"] = "production"
    SECRET_KEY: str
    SECRET_KEY_BEFORE: str = ""
    BASE_URL: str
    DATABASE_URL: str
    OWNER_DATABASE_URL: str = ""
    REDIS_URL: str
    CELERY_BROKER_URL: str = ""
    SMTP_URL: str
    MAIL_FROM: str = ""
    STAFF_MAIL: str
    CHAT_WEBHOOK_URL: str = ""
    STRIPE_SECRET_KEY: str = ""
    STRIPE_WEBHOOK_SECRET: str = ""
    STRIPE_API_BASE: str = ""
    EVENT_BRIDGES: str = ""
    EVENT_INTAKE: str = ""
    UPLOADS_URL: str = ""
    CONTENT_DIR: str = str(ROOT / "content")
    EXTRA_HOSTS: str = ""
    TRUSTED_PROXIES: CountOrZero = 0
    STAFF_SESSION_HOURS: Count = 12
    STAFF_SECOND_STEP: bool = False
    METRICS_TOKEN: str = ""
    WEBHOOK_ALLOW_PRIVATE: bool = False
    MAINTENANCE: bool = False
    LOG_LEVEL: Literal["debug", "info", "warning", "error"] = "info"
    OTEL_EXPORTER_OTLP_ENDPOINT: str = ""
    OTEL_SERVICE_NAME: str = "engagement-portal"
    DATABASE_POOL_SIZE: Connections = 8
    DELIVERY_MAX_ATTEMPTS: Count = 8
    DELIVERY_BACKOFF_SECONDS: Seconds = 1.0
    DELIVERY_BACKOFF_CAP_SECONDS: Seconds = 300.0
    DELIVERY_LEASE_SECONDS: Seconds = 15.0
    MAIL_MAX_ATTEMPTS: Count = 20
    DRAFT_DAYS: Count = 30
    DRAFT_REMINDER_DAYS: CountOrZero = 7
    HOLD_BELOW_SECONDS: SecondsOrZero = 15.0
    HOLD_ABOVE_PER_ADDRESS: CountOrZero = 20
    HOLD_ABOVE_PER_EMAIL: CountOrZero = 5
    LABS_SANDBOXES: CountOrZero = 24
    LABS_SANDBOXES_PER_NETWORK: Count = 12
    LABS_MINUTES: Count = 15
    LABS_EVENTS: Count = 1000
    LABS_NICENESS: Niceness = 10
    CIRCUIT_MAX_FAILURES: Count = 5
    CIRCUIT_PAUSE_SECONDS: Seconds = 10.0
    CIRCUIT_PAUSE_CAP_SECONDS: Seconds = 300.0
    RESEND_AFTER_SECONDS: Seconds = 30.0
    SWEEP_SECONDS: Seconds = 2.0
    RELAY_POLL_SECONDS: Seconds = 1.0
    CANARY_SECONDS: Seconds = 30.0

    def __post_init__(self) -> None:
        self._check_secrets()
        self._check_addresses()
        self._check_servers()
        if self.WEBHOOK_ALLOW_PRIVATE and self.ENVIRONMENT == "production":
            raise ConfigurationError(
                "WEBHOOK_ALLOW_PRIVATE opens the internal network: leave it unset in production."
            )
        if self.DRAFT_REMINDER_DAYS >= self.DRAFT_DAYS:
            raise ConfigurationError(
                "DRAFT_REMINDER_DAYS must be less than DRAFT_DAYS; 0 sends no reminder."
            )
        self._check_mail()

    def _check_secrets(self) -> None:
        is_production = self.ENVIRONMENT == "production"
        for name in ("SECRET_KEY", "SECRET_KEY_BEFORE"):
            if is_production and (secret := getattr(self, name)) and is_weak(secret):
                raise ConfigurationError(
                    f"{name} is too weak: use at least {SHORTEST_SECRET} random characters, such"
                    " as the output of `openssl rand -hex 32`."
                )
        if is_production and 0 < len(self.METRICS_TOKEN) < SHORTEST_TOKEN:
            raise ConfigurationError(
                f"METRICS_TOKEN is too short: use at least {SHORTEST_TOKEN} random characters, or"
                " leave it empty to close /metrics."
            )
        if bool(self.STRIPE_SECRET_KEY) != bool(self.STRIPE_WEBHOOK_SECRET):
            raise ConfigurationError(
                "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET belong together: set both, or neither."
            )
        for name, prefixes in STRIPE_PREFIXES.items():
            if (secret := getattr(self, name)) and not secret.startswith(prefixes):
                raise ConfigurationError(f"{name} must begin with {' or '.join(prefixes)}.")

    def _check_addresses(self) -> None:
        for name in ("BASE_URL", "STRIPE_API_BASE"):
            address = getattr(self, name)
            if address and not is_origin(address):
                raise ConfigurationError(
                    f"{name} must be a server's address alone, like https://example.com."
                )
            if self.ENVIRONMENT == "production" and can_be_overheard(address):
                raise ConfigurationError(
                    f"{name} must begin with https:// in production, unless it is on this machine."
                )
        collector = self.OTEL_EXPORTER_OTLP_ENDPOINT
        if collector and not is_web_address(collector, "http", "https"):
            raise ConfigurationError(
                "OTEL_EXPORTER_OTLP_ENDPOINT must be a collector's address, like http://collector:4318."
            )
        plain = () if self.ENVIRONMENT == "production" else ("http",)
        if self.CHAT_WEBHOOK_URL and not is_web_address(self.CHAT_WEBHOOK_URL, "https", *plain):
            raise ConfigurationError(
                "CHAT_WEBHOOK_URL must be the address of a chat's incoming webhook, like"
                " https://chat.example.com/hooks/…."
            )

    def _check_servers(self) -> None:
        for name, schemes in SCHEMES.items():
            address = getattr(self, name)
            if address and not is_server(address, schemes):
                raise ConfigurationError(
                    f"{name} must be an address like {schemes[0]}://host, with special characters"
                    " in a password percent-encoded: % as %25."
                )
        if not all(map(is_host, self.trusted_hosts[1:])):
            raise ConfigurationError("EXTRA_HOSTS must be host names only, like www.example.com.")

    def _check_mail(self) -> None:
        staff = self.staff_recipients
        if not staff or not all(map(is_mail_address, staff)):
            raise ConfigurationError(
                "STAFF_MAIL must name who gets the alerts: mail addresses, separated by commas."
            )
        if self.MAIL_FROM and not is_sender(self.MAIL_FROM):
            raise ConfigurationError(
                'MAIL_FROM must be one sender, like Firm <hi@a.example> or "A, B" <hi@a.example>.'
            )

    @property
    def is_https(self) -> bool:
        return self.BASE_URL.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.BASE_URL).hostname or ""

    @property
    def broker_url(self) -> str:
        return self.CELERY_BROKER_URL or self.REDIS_URL

    @property
    def postgres_url(self) -> str:
        """DATABASE_URL as Postgres's own library spells it."""
        return f"postgresql://{self.DATABASE_URL.partition('://')[2]}"

    @property
    def sqlalchemy_url(self) -> str:
        """DATABASE_URL in SQLAlchemy's spelling, with psycopg 3 as the driver."""
        return f"postgresql+psycopg://{self.DATABASE_URL.partition('://')[2]}"

    @property
    def as_owner(self) -> "Config":
        """The same settings, with the tables' owner in place of the serving role."""
        owner = self.OWNER_DATABASE_URL or self.DATABASE_URL
        return msgspec.structs.replace(self, DATABASE_URL=owner)

    @property
    def staff_recipients(self) -> tuple[str, ...]:
        return tuple(address.strip() for address in self.STAFF_MAIL.split(",") if address.strip())

    @property
    def trusted_hosts(self) -> list[str]:
        extra = [host.strip() for host in self.EXTRA_HOSTS.split(",") if host.strip()]
        return [self.host, *extra]


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings from ``environ``.

    Without it: from the process environment, or, where that names no database, from the file that
    a local run (`make run`) left in ``var/local.env``. Raises ConfigurationError or SomebodyElses,
    each with a sentence.
    """
    if environ is None:
        environ = os.environ
        local = Path(environ.get("VAR_DIR") or ROOT / "var") / "local.env"
        # From nothing else: a .env for real servers may be here, and Flask would read it.
        if "DATABASE_URL" not in environ and (settings := settings_left_in(local)):
            environ = {"VAR_DIR": str(local.parent), **settings}
    given = {k: environ[k] for k in Config.__struct_fields__ if environ.get(k, "") != ""}
    own_folder = Path(environ.get("VAR_DIR") or ROOT / "var").absolute() / "uploads"
    given.setdefault("UPLOADS_URL", own_folder.as_uri())
    for name, value in given.items():
        if UNDECODED.search(value):
            raise ConfigurationError(f"{name} is not UTF-8.")
    for field in msgspec.structs.fields(Config):
        if field.required and field.name not in given:
            raise ConfigurationError(
                f"{field.name} is not set. The README's table says what it holds."
            )
    try:
        return msgspec.convert(given, Config, strict=False)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        raise ConfigurationError(f"{place.rstrip('`')} is wrong: {reason}.") from None
