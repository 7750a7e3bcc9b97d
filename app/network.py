"""The network that a request comes from: what limits and screening count by."""

from ipaddress import IPv6Address, ip_address

from flask import request

# A household has that many of the newer addresses, and a robot may use a new one each time.
IPV6_PREFIX = 64
IPV6_HOST_BITS = 128 - IPV6_PREFIX
NOWHERE = "unknown"


def present_network() -> str:
    """The network of this request; one and the same for all whose address is not known."""
    return network_of(request.remote_addr) if request.remote_addr else NOWHERE


def network_of(address: str) -> str:
    """What an address is counted as: an IPv6 address as its network, any other as itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a proxy's own word for it
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    network = int(parsed) >> IPV6_HOST_BITS << IPV6_HOST_BITS
    return f"{IPv6Address(network)}/{IPV6_PREFIX}"
