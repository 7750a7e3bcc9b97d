"""One spelling for each address that staff type, so that no server is added twice."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from app.platform.host_names import ascii_host

DEFAULT_PORTS = {"https": 443, "http": 80}


def normal_address(url: str) -> str:
    """The normal form of an address: scheme and host in lower case, the host as DNS knows it
    (xn--…), no port if it is the scheme's default, and a path. What can't be an endpoint's address
    is returned as it is."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, _normal_host(parts.hostname or "")
    except ValueError:
        return url
    if not host or "@" in parts.netloc:
        return url
    is_said_already = port is None or port == DEFAULT_PORTS.get(parts.scheme)
    netloc = host if is_said_already else f"{host}:{port}"
    return SplitResult(
        parts.scheme, netloc, parts.path or "/", parts.query, parts.fragment
    ).geturl()


def _normal_host(host: str) -> str:
    """Raises ValueError if it can't be a host name."""
    return f"[{ip_address(host)}]" if ":" in host else ascii_host(host)
