"""Checks of settings: numbers within bounds, well-formed addresses, strong secrets."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

from msgspec import Meta
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

DAY = 86_400.0

# Larger numbers overflow somewhere; as days, this is 27 years.
Count = Annotated[int, Meta(ge=1, le=10_000)]
CountOrZero = Annotated[int, Meta(ge=0, le=10_000)]
# One each for a delivery, the keeper of its lease, and the relay that it rings.
Connections = Annotated[int, Meta(ge=3)]
Niceness = Annotated[int, Meta(ge=0, le=19)]
# The bounds also exclude infinity and NaN.
Seconds = Annotated[float, Meta(ge=0.001, le=DAY)]
SecondsOrZero = Annotated[float, Meta(ge=0, le=DAY)]

POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
REDIS = ("redis", "rediss")
# redis-py takes any other path for the first database, and Celery fails on it.
REDIS_DATABASE = re.compile(r"/?|/[0-9]+")
SCHEMES = {
    "DATABASE_URL": POSTGRES,
    "OWNER_DATABASE_URL": POSTGRES,
    "REDIS_URL": REDIS,
    "CELERY_BROKER_URL": ("amqps", "amqp", "rediss", "redis"),
    "SMTP_URL": ("smtp", "smtp+starttls", "smtps"),
}
STRIPE_PREFIXES = {
    "STRIPE_SECRET_KEY": ("sk_", "rk_"),
    "STRIPE_WEBHOOK_SECRET": ("whsec_",),
}
# Python's stand-in for a byte in the environment or an argument that is not UTF-8.
UNDECODED = re.compile("[\ud800-\udfff]")
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 10
PLACEHOLDER = re.compile(
    r"change.?me|default|example|insecure|password|placeholder|secret", re.IGNORECASE
)
# An origin that may appear in the Content-Security-Policy.
ORIGIN = re.compile(
    r"https?://([A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?"
)
# A leading dot covers every name below.
HOST = re.compile(r"\.?[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*(:[0-9]+)?")
# As in a mail's header (RFC 5322): a name with special characters is in quotation marks.
_ATOM = r'[^\s@<>(),:;."\[\]\\]+'
# Before the @, no letter that few mail servers accept. A domain is used under its ASCII name.
_LOCAL = _ATOM.replace("^", r"^\x80-\U0010ffff")
EMAIL = rf"{_LOCAL}(\.{_LOCAL})*@{_ATOM}(\.{_ATOM})*"
SENDER = re.compile(rf'{EMAIL}|([^@<>(),:;"\[\]\\]*|"[^"\\]*" ?)<{EMAIL}>')
LOOPBACK = re.compile(r"localhost|127(\.[0-9]+){3}|::1")


def is_weak(secret: str) -> bool:
    """Whether it is short, has few distinct characters, repeats one piece, or is a placeholder."""
    return (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_CHARACTERS
        or any(secret[n:] == secret[:-n] for n in range(1, len(secret) // 2 + 1))
        or bool(PLACEHOLDER.search(secret))
    )


def is_web_address(url: str, *schemes: str) -> bool:
    """Whether it has one of the schemes, a host, and no white space."""
    address = _split(url)
    has_blank = any(map(str.isspace, url))
    return bool(address and address.scheme in schemes and address.hostname and not has_blank)


def is_origin(url: str) -> bool:
    """Whether it names a web server and nothing else: no path and no user."""
    return bool(ORIGIN.fullmatch(url)) and is_web_address(url, "http", "https")


def is_server(url: str, schemes: Sequence[str]) -> bool:
    """Whether it has one of the schemes and a host, which may be among its parameters."""
    address = _split(url)
    if address is None or address.scheme not in schemes:
        return False
    if address.scheme in POSTGRES and not _is_conninfo(f"postgresql://{url.partition('://')[2]}"):
        return False
    if address.scheme in REDIS and not REDIS_DATABASE.fullmatch(address.path):
        return False
    return bool(address.hostname or parse_qs(address.query).get("host"))


def can_be_overheard(url: str) -> bool:
    """Whether it goes over a network without TLS."""
    address = urlsplit(url)
    return address.scheme == "http" and not LOOPBACK.fullmatch(address.hostname or "")


def is_mail_address(text: str) -> bool:
    return bool(re.fullmatch(EMAIL, text))


def is_sender(text: str) -> bool:
    """Whether a mail can be from it: an address, or a name followed by one."""
    return text.isprintable() and bool(SENDER.fullmatch(text))


def is_host(name: str) -> bool:
    return bool(HOST.fullmatch(name))


def _is_conninfo(url: str) -> bool:
    """Whether libpq, with which half of the site connects, can read it. SQLAlchemy accepts more: an
    unescaped "%" or blank in a password, and parameters that don't exist."""
    try:
        conninfo_to_dict(url)
    except ProgrammingError:  # whose text may quote the password
        return False
    return True


def _split(url: str) -> SplitResult | None:
    """The parts of an address, or None if it is not one, as with a port that is no number."""
    with suppress(ValueError):  # whose text may quote the password
        address = urlsplit(url)
        if address.port != 0:
            return address
    return None
