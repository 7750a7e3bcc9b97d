"""The network that a request comes from: the key by which limits and screening count."""

from ipaddress import IPv6Address, ip_address

from flask import request

# One household gets a whole /64 of IPv6 addresses, and a robot may use a new one each time.
IPV6_PREFIX = 64
IPV6_HOST_BITS = 128 - IPV6_PREFIX
NOWHERE = "unknown"


def present_network() -> str:
    """The network of this request; the same one for all whose address is unknown."""
    return network_of(request.remote_addr) if request.remote_addr else NOWHERE


def network_of(address: str) -> str:
    """What an address counts as: an IPv6 address as its /64 network, any other as itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a proxy's placeholder
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> IPV6_HOST_BITS << IPV6_HOST_BITS
    return f"{IPv6Address(network)}/{IPV6_PREFIX}"
