"""Which addresses are on the public internet: a name given by others must not reach our servers."""

import ipaddress
import socket

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Python's list is the registries' as of its release. These are missing from it.
ALSO_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments, among them a cloud's metadata
        "192.88.99.0/24",  # relays from IPv6 to IPv4
        "168.63.129.16/32",  # a cloud's own services, at a public address
        "3fff::/20",  # documentation
    )
)


def is_public(address: IPAddress) -> bool:
    """Whether the address is on the public internet, however it is written.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is as public as that one.
    """
    if isinstance(address, ipaddress.IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            return is_public(embedded)
        if address not in GLOBAL_UNICAST or address.scope_id:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in ALSO_REFUSED)
    )


def address_written_as(host: str) -> IPAddress | None:
    """The address that a host name spells, in any form that a resolver accepts (127.1, 0x7f000001,
    017700000001); None for a name that has to be looked up."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def look_up(host: str, port: int) -> list[IPAddress]:
    """Every address of the host, in the system's order. Raises OSError, or UnicodeError if it can't
    be a name. How long this may take is up to the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(where[0]) for *_, where in found]


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
