"""What a setting has to be: numbers within bounds, addresses that lead somewhere, and secrets."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

from msgspec import Meta
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

DAY = 86_400.0

# More overflows somewhere: as days, 27 years.
Count = Annotated[int, Meta(ge=1, le=10_000)]
CountOrZero = Annotated[int, Meta(ge=0, le=10_000)]
# A delivery, the keeper of its lease, and the relay that it rings have one each.
Connections = Annotated[int, Meta(ge=3)]
Niceness = Annotated[int, Meta(ge=0, le=19)]
# The bounds keep infinity and what is not a number out, too.
Seconds = Annotated[float, Meta(ge=0.001, le=DAY)]
SecondsOrZero = Annotated[float, Meta(ge=0, le=DAY)]

POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
REDIS = ("redis", "rediss")
# redis-py takes any other path for the first database, and Celery ends at it.
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
# What Python makes of a byte in the environment, or an argument, that is not UTF-8.
UNDECODED = re.compile("[\ud800-\udfff]")
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 10
PLACEHOLDER = re.compile(
    r"change.?me|default|example|insecure|password|placeholder|secret", re.IGNORECASE
)
# Such as may stand in the Content-Security-Policy.
ORIGIN = re.compile(
    r"https?://([A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?"
)
# A dot in front stands for every name below.
HOST = re.compile(r"\.?[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*(:[0-9]+)?")
# As a mail's header has them (RFC 5322). A name with signs of its own stands in quotation marks.
_ATOM = r'[^\s@<>(),:;."\[\]\\]+'
# Before the @, no letter that few mail servers take. A domain is sent to under its ASCII name.
_LOCAL = _ATOM.replace("^", r"^\x80-\U0010ffff")
EMAIL = rf"{_LOCAL}(\.{_LOCAL})*@{_ATOM}(\.{_ATOM})*"
SENDER = re.compile(rf'{EMAIL}|([^@<>(),:;"\[\]\\]*|"[^"\\]*" ?)<{EMAIL}>')
LOOPBACK = re.compile(r"localhost|127(\.[0-9]+){3}|::1")


def is_weak(secret: str) -> bool:
    """Whether it is short, of few characters, one piece again and again, or made to be replaced."""
    return (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_CHARACTERS
        or any(secret[n:] == secret[:-n] for n in range(1, len(secret) // 2 + 1))
        or bool(PLACEHOLDER.search(secret))
    )


def is_web_address(url: str, *schemes: str) -> bool:
    """Whether it has one of the schemes, a host, and no blank."""
    address = _split(url)
    has_blank = any(map(str.isspace, url))
    return bool(address and address.scheme in schemes and address.hostname and not has_blank)


def is_origin(url: str) -> bool:
    """Whether it names a web server and nothing else: no path, and nobody to sign in as."""
    return bool(ORIGIN.fullmatch(url)) and is_web_address(url, "http", "https")


def is_server(url: str, schemes: Sequence[str]) -> bool:
    """Whether it has one of the schemes, and a host, if only among its parameters."""
    address = _split(url)
    if address is None or address.scheme not in schemes:
        return False
    if address.scheme in POSTGRES and not _is_conninfo(f"postgresql://{url.partition('://')[2]}"):
        return False
    if address.scheme in REDIS and not REDIS_DATABASE.fullmatch(address.path):
        return False
    return bool(address.hostname or parse_qs(address.query).get("host"))


def can_be_overheard(url: str) -> bool:
    """Whether it leads over a network without TLS."""
    address = urlsplit(url)
    return address.scheme == "http" and not LOOPBACK.fullmatch(address.hostname or "")


def is_mail_address(text: str) -> bool:
    return bool(re.fullmatch(EMAIL, text))


def is_sender(text: str) -> bool:
    """Whether a mail can be from it: an address, or a name with one behind it."""
    return text.isprintable() and bool(SENDER.fullmatch(text))


def is_host(name: str) -> bool:
    return bool(HOST.fullmatch(name))


def _is_conninfo(url: str) -> bool:
    """Whether Postgres's own library can read it, by which half of the site connects. SQLAlchemy
    takes more: a "%" or a blank in a password as it is, and parameters that there are not."""
    try:
        conninfo_to_dict(url)
    except ProgrammingError:  # whose text may quote the password
        return False
    return True


def _split(url: str) -> SplitResult | None:
    """The address in its parts; None for what is none, such as one whose port is no number."""
    with suppress(ValueError):  # whose text may quote the password
        address = urlsplit(url)
        if address.port != 0:
            return address
    return None
