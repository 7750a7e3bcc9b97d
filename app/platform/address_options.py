"""The options of an address in a setting: its query string.

A fault is raised as a ValueError with the end of a sentence; `errors_about` begins that sentence
with the setting's name.
"""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, parse_qsl, urlsplit

from config import ConfigurationError
from config_checks import is_web_address

REGION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

Options = dict[str, str]


@contextmanager
def errors_about(setting: str) -> Iterator[None]:
    """Raise a ValueError from this block as a ConfigurationError, in a sentence on the setting."""
    try:
        yield
    except ValueError as error:
        raise ConfigurationError(f"{setting} {error}.") from None


def split_address(url: str) -> SplitResult:
    """The address, split into its parts. Raises ValueError."""
    try:
        return urlsplit(url)
    except ValueError:  # whose text may quote a password
        raise ValueError("is not an address") from None


def read_options(address: SplitResult) -> Options:
    """Every option; the ``take_…`` functions remove theirs, `refuse_others` refuses the rest."""
    return dict(parse_qsl(address.query, keep_blank_values=True))


def take_region(options: Options) -> tuple[str, str | None]:
    """The AWS region, and the endpoint if it is not AWS's own. Raises ValueError."""
    region, endpoint = options.pop("region", ""), options.pop("endpoint", None)
    if not REGION.fullmatch(region):
        raise ValueError("needs a region, as in region=eu-west-1")
    if endpoint is not None and not is_web_address(endpoint, "http", "https"):
        raise ValueError("needs an endpoint= like https://host")
    return region, endpoint


def take_ca(options: Options, *, is_tls: bool, needed: str) -> str:
    """The file of CA certificates to trust instead of the system's; empty for the system's.
    ``needed`` is the scheme or option that turns TLS on. Raises ValueError."""
    ca = options.pop("ca", "")
    if ca and not is_tls:
        raise ValueError(f"has a ca=, which needs {needed}")
    _check_ca("ca", ca)
    return ca


def check_redis_ca(options: Options) -> None:
    """Check the file now: Redis clients read it only when they connect. Raises ValueError."""
    _check_ca("ssl_ca_certs", options.get("ssl_ca_certs", ""))


def _check_ca(name: str, file: str) -> None:
    if file and not _holds_certificates(file):
        raise ValueError(f"has a {name}= that is not a file of certificates in PEM format")


def _holds_certificates(file: str) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        return False
    return True


def refuse_others(options: Options) -> None:
    """Raise ValueError for an option that nothing has taken."""
    if options:
        raise ValueError(f"has the unknown option {min(options)}=")
