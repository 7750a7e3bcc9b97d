"""Host names, in the ASCII form that the network uses."""

import idna


def ascii_host(host: str) -> str:
    """The host as DNS knows it: in Punycode (xn--…) if it has letters outside ASCII. Raises
    ValueError if it can't be a host name."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode()
