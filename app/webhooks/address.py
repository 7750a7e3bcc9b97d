"""One spelling for each address that staff type: by two of them no server is added twice."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from app.host_names import ascii_host

DEFAULT_PORTS = {"https": 443, "http": 80}


def normal_address(url: str) -> str:
    """The address as every spelling of it becomes: scheme and host in small letters, the host as it
    is looked up (xn--…), no port that the scheme says already, and a path. What is no address of an
    endpoint comes back as it is."""
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
    """Raises ValueError for what can be no host's name."""
    return f"[{ip_address(host)}]" if ":" in host else ascii_host(host)
