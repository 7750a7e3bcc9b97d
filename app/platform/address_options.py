"""An address in a setting: its servers, and its options, which are its query string.

A fault is raised as a ValueError with the end of a sentence; `errors_about` begins that sentence
with the setting's name.
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import SplitResult, parse_qsl, urlsplit

from config import ConfigurationError
from config_checks import is_web_address

REGION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
HOST_MAYBE_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>\d{1,5}))?")
HIGHEST_PORT = 65_535
YES_OR_NO = {"yes": True, "no": False}

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


def names_server(text: str, *, needs_port: bool = False) -> bool:
    """Whether it is a host with a valid port, or, unless it needs one, without a port."""
    found = HOST_MAYBE_PORT.fullmatch(text)
    if not found:
        return False
    return 0 < int(found["port"]) <= HIGHEST_PORT if found["port"] else not needs_port


def read_options(address: SplitResult) -> Options:
    """Every option; the ``take_…`` functions remove theirs, `refuse_others` refuses the rest."""
    return dict(parse_qsl(address.query, keep_blank_values=True))


def take_choice(options: Options, name: str, choices: Mapping[str, bool], usual: str) -> bool:
    """What the option's value stands for; that of ``usual`` without it. Raises ValueError."""
    chosen = options.pop(name, usual)
    if chosen not in choices:
        raise ValueError(f"has {name}={chosen}, which must be {' or '.join(choices)}")
    return choices[chosen]


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
