import math
import os
import string
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path

import pytest
from click import ClickException
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config, ConfigurationError, load_config

GOOD = {
    "SECRET_KEY": "b2c71f0de68495a37c05e9d8b1f4a263",
    "BASE_URL": "https://firm.example",
    "DATABASE_URL": "postgresql://firm@db/site",
    "REDIS_URL": "redis://redis:6379/0",
    "SMTP_URL": "smtp://mail:25",
    "STAFF_MAIL": "ada@firm.example, grace@firm.example",
}
# Any text, including the surrogates that Python makes of bytes that are not UTF-8.
TEXTS = st.text(st.characters(exclude_characters="\0"))
NUMBERS = st.one_of(st.integers(), st.floats()).map(str)
ADDRESSES = st.builds(
    "{}://{}".format,
    st.sampled_from(["postgresql", "redis", "smtp", "https", "file", "kafka"]),
    st.text(string.ascii_letters + "[]:@/?#%. ℀"),
)


def test_the_required_settings_are_enough() -> None:
    config = load_config(GOOD)
    assert config.ENVIRONMENT == "production"
    assert config.staff_recipients == ("ada@firm.example", "grace@firm.example")
    assert config.broker_url == config.REDIS_URL


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_setting_is_named(name: str) -> None:
    for absent in ({k: v for k, v in GOOD.items() if k != name}, {**GOOD, name: ""}):
        with pytest.raises(ConfigurationError, match=f"^{name} is not set"):
            load_config(absent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "too short"),
        ("SECRET_KEY", " " * 31 + "…"),
        ("SECRET_KEY", "k" * 32),
        ("SECRET_KEY", "0123456789" * 4),
        ("SECRET_KEY", "b2c71f0de68495a3" * 2),
        ("SECRET_KEY", "change-me-7c05e9d8b1f4a263b2c71f0"),
        ("SECRET_KEY", "django-insecure-b2c71f0de68495a37"),
        ("SECRET_KEY_BEFORE", "too short"),
        ("METRICS_TOKEN", "b2c71f0de68495a"),
        ("ENVIRONMENT", "staging"),
        ("BASE_URL", "firm.example"),
        ("BASE_URL", "ftp://firm.example"),
        ("BASE_URL", "http://firm.example"),
        ("BASE_URL", "http://127.0.0.1.firm.example"),
        ("BASE_URL", "https://firm.example/site"),
        ("BASE_URL", "https://firm.example/"),
        ("BASE_URL", "https://firm.example?"),
        ("BASE_URL", "https://firm.example:T0P-S3CR3T"),
        ("BASE_URL", "https://me:T0P-S3CR3T@firm.example"),
        ("BASE_URL", "https://firm..example"),
        ("BASE_URL", "https://."),
        ("EXTRA_HOSTS", "."),
        ("EXTRA_HOSTS", "www.firm.example, .."),
        ("EXTRA_HOSTS", "www..firm.example"),
        ("EXTRA_HOSTS", "https://www.firm.example"),
        ("EXTRA_HOSTS", "*"),
        ("DATABASE_URL", "sqlite:///site.db"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql:///site"),
        ("DATABASE_URL", "postgresql://db:T0P-S3CR3T/site"),
        ("DATABASE_URL", "postgresql://[a/b"),
        ("DATABASE_URL", "postgresql://firm:T0P-S3CR3T℀@db/site"),
        ("DATABASE_URL", "postgresql://firm:T0P-S3CR3T%zz@db/site"),
        ("DATABASE_URL", "postgresql://firm:T0P-S3CR3T and more@db/site"),
        ("DATABASE_URL", "postgresql://db/site?speed=high"),
        ("OWNER_DATABASE_URL", "postgresql://db:T0P-S3CR3T/site"),
        ("REDIS_URL", "localhost"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://redis:T0P-S3CR3T/0"),
        ("REDIS_URL", "redis:///0"),
        ("REDIS_URL", "redis://redis/first"),
        ("REDIS_URL", "unix://"),
        ("REDIS_URL", "redis+socket:///run/redis.sock"),
        ("REDIS_URL", "unix:///run/redis.sock"),
        ("CELERY_BROKER_URL", "foo://:T0P-S3CR3T@broker"),
        ("CELERY_BROKER_URL", "broker:5672"),
        ("SMTP_URL", "mail:25"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail:T0P-S3CR3T"),
        ("SMTP_URL", "smtp://mail:70000"),
        ("DATABASE_POOL_SIZE", "many"),
        ("DATABASE_POOL_SIZE", "2"),
        ("DELIVERY_MAX_ATTEMPTS", "0"),
        ("DELIVERY_MAX_ATTEMPTS", "99999999999999999999"),
        ("DRAFT_DAYS", "3000000"),
        ("SWEEP_SECONDS", "1e-300"),
        ("DELIVERY_LEASE_SECONDS", "-1"),
        ("DELIVERY_BACKOFF_CAP_SECONDS", "inf"),
        ("MAIL_MAX_ATTEMPTS", "0"),
        ("SWEEP_SECONDS", "soon"),
        ("SWEEP_SECONDS", "0"),
        ("RELAY_POLL_SECONDS", "nan"),
        ("DRAFT_REMINDER_DAYS", "30"),
        ("HOLD_BELOW_SECONDS", "-1"),
        ("HOLD_ABOVE_PER_EMAIL", "-1"),
        ("TRUSTED_PROXIES", "yes"),
        ("STAFF_SESSION_HOURS", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("MAIL_FROM", "Caf\udce9 <hello@firm.example>"),
        ("MAIL_FROM", "Firm <hello@firm.example>\nBcc: all@firm.example"),
        ("MAIL_FROM", "Firm, Sons & Co <hello@firm.example>"),
        ("MAIL_FROM", "Firm"),
        ("MAIL_FROM", "Jörg <jörg@firm.example>"),
        ("MAIL_FROM", "Firm <hello>"),
        ("MAIL_FROM", "ada@firm.example, grace@firm.example"),
        ("LOG_LEVEL", "loud"),
        ("STAFF_MAIL", " , "),
        ("STAFF_MAIL", "ada@firm.example; grace@firm.example"),
        ("STAFF_MAIL", "ada@firm.example, grace"),
        ("STAFF_MAIL", "jörg@firm.example"),
        ("STAFF_MAIL", "ada\nBcc: all@firm.example"),
        ("STRIPE_SECRET_KEY", "sk_live_alone"),
        ("STRIPE_API_BASE", "stripe.example"),
        ("STRIPE_API_BASE", "http://stripe.example"),
        ("STRIPE_API_BASE", "https://stripe.example/v1"),
        ("STRIPE_API_BASE", "https://stripe.example; script-src *"),
        ("STRIPE_API_BASE", "https://me:T0P-S3CR3T@stripe.example"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://one two:4318"),
        ("CHAT_WEBHOOK_URL", "chat.example/hooks/T0P-S3CR3T"),
        ("CHAT_WEBHOOK_URL", "http://chat.example/hooks/T0P-S3CR3T"),
        ("CHAT_WEBHOOK_URL", "https:///hooks/T0P-S3CR3T"),
        ("CHAT_WEBHOOK_URL", "https://chat.example:T0P-S3CR3T/hooks"),
        ("WEBHOOK_ALLOW_PRIVATE", "true"),
        ("WEBHOOK_ALLOW_PRIVATE", "perhaps"),
    ],
)
def test_an_invalid_setting_stops_startup_with_an_explanation_that_names_it(
    name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"{name}\b.*\.$") as stopped:
        load_config({**GOOD, name: value})
    assert "T0P-S3CR3T" not in str(stopped.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"STRIPE_SECRET_KEY": "pk_live_T0P-S3CR3T"},
        {"STRIPE_SECRET_KEY": "whsec_T0P-S3CR3T"},
        {"STRIPE_WEBHOOK_SECRET": "sk_live_T0P-S3CR3T"},
    ],
)
def test_a_stripe_key_in_the_wrong_setting_is_refused_with_the_prefix_that_belongs_there(
    wrong: dict[str, str],
) -> None:
    both = {"STRIPE_SECRET_KEY": "rk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    assert load_config({**GOOD, **both}).STRIPE_SECRET_KEY == "rk_live_1"
    [name] = wrong
    with pytest.raises(ConfigurationError, match=f"^{name} must begin with [a-z_ ]+.$"):
        load_config({**GOOD, **both, **wrong})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql:///site?host=/var/run/postgresql"),
        ("REDIS_URL", "redis://:password@[::1]:6379/0"),
        ("EXTRA_HOSTS", "www.firm.example, .firm.example, localhost:8000"),
        ("BASE_URL", "http://[::1]:8000"),
        ("METRICS_TOKEN", "b2c71f0de68495a3"),
    ],
)
def test_an_unusual_but_valid_value_is_accepted(name: str, value: str) -> None:
    assert getattr(load_config({**GOOD, name: value}), name) == value


@pytest.mark.parametrize("name", Config.__struct_fields__)
@settings(max_examples=30)
@given(value=TEXTS | NUMBERS | ADDRESSES)
def test_any_value_is_either_accepted_or_refused_under_the_name_of_its_setting(
    name: str, value: str
) -> None:
    try:
        taken = getattr(load_config({**GOOD, name: value}), name)
    except ConfigurationError as refusal:
        assert name in str(refusal)
    else:
        assert isinstance(taken, str) or (math.isfinite(taken) and taken >= 0)


@pytest.mark.parametrize("url", ["amqp://rabbit", "amqps://me:you@rabbit/site", "rediss://r:6380"])
def test_tasks_may_have_a_broker_of_their_own(url: str) -> None:
    assert load_config({**GOOD, "CELERY_BROKER_URL": url}).broker_url == url


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("hello@firm.example", "hello@firm.example"),
        ("Firm <hello+post@mail.firm.example>", "hello+post@mail.firm.example"),
        ("Bø & Søn Inc. <post@firm.example>", "post@firm.example"),
        ('"Firm, Sons & Co" <hello@firm.example>', "hello@firm.example"),
    ],
)
def test_every_accepted_sender_is_valid_in_a_mail(sender: str, address: str) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = load_config({**GOOD, "MAIL_FROM": sender}).MAIL_FROM
    assert [one.addr_spec for one in message["From"].addresses] == [address]
    assert parseaddr(str(message["From"]))[1] == address


def test_staff_may_be_at_a_domain_with_umlauts() -> None:
    assert load_config({**GOOD, "STAFF_MAIL": "joerg@büro.example"}).staff_recipients


@pytest.mark.parametrize("name", ["BASE_URL", "STRIPE_API_BASE"])
def test_an_address_on_this_machine_needs_no_tls(name: str) -> None:
    for address in ("http://localhost:8000", "http://127.0.0.1:8000"):
        assert getattr(load_config({**GOOD, name: address}), name) == address
    elsewhere = {**GOOD, name: "http://firm.example", "ENVIRONMENT": "development"}
    assert getattr(load_config(elsewhere), name) == "http://firm.example"


def test_a_chat_without_tls_is_accepted_in_development() -> None:
    chat = "http://127.0.0.1:8065/hooks/T0P-S3CR3T"
    config = load_config({**GOOD, "CHAT_WEBHOOK_URL": chat, "ENVIRONMENT": "development"})
    assert chat == config.CHAT_WEBHOOK_URL


def test_a_weak_secret_is_accepted_in_development() -> None:
    config = load_config({**GOOD, "SECRET_KEY": "short", "ENVIRONMENT": "development"})
    assert config.SECRET_KEY == "short"


def test_the_flask_command_run_by_hand_reads_only_the_settings_left_by_a_local_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flask loads a .env meant for real servers, which need not name a database."""
    local = {**GOOD, "ENVIRONMENT": "development"}
    (tmp_path / "local.env").write_text("".join(f"{k}='{v}'\n" for k, v in local.items()))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name, value in {
        "VAR_DIR": str(tmp_path),
        "SMTP_URL": "smtps://mail.real.example",
        "CHAT_WEBHOOK_URL": "https://chat.real.example/hooks/1",
    }.items():
        monkeypatch.setenv(name, value)
    config = load_config()
    assert local["SMTP_URL"] == config.SMTP_URL
    assert not config.CHAT_WEBHOOK_URL
    assert (tmp_path / "uploads").as_uri() == config.UPLOADS_URL


@contextmanager
def as_somebody_else(file: Path) -> Iterator[None]:
    """Inside, make ``file`` unreadable. Root, who can read any file, acts as another user."""
    file.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_user_who_may_not_read_anothers_local_settings_is_told_whose_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "local.env"
    left.touch()
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    with as_somebody_else(left), pytest.raises(ClickException, match="ran `make run`") as told:
        load_config()
    assert told.value.message.startswith(
        f"DATABASE_URL is not set, and only the user who ran `make run` may read {left}."
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_a_postgres_address_is_accepted(scheme: str) -> None:
    config = load_config({**GOOD, "DATABASE_URL": f"{scheme}://firm@db/site"})
    assert config.sqlalchemy_url == "postgresql+psycopg://firm@db/site"
