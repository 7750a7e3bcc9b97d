"""Host names, in the letters in which the network knows them."""

import idna


def ascii_host(host: str) -> str:
    """The host as it is looked up: xn--… where it has letters of other alphabets than ASCII. Raises
    ValueError for what can be no host's name."""
    return host if host.isascii() else idna.encode(host, uts46=True).decode()
