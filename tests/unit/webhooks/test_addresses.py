"""No address of an internal network counts as public, however it is written."""

import ipaddress
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.http_client.addresses import address_written_as, is_public
from app.webhooks.address import normal_address
from app.webhooks.forms import problem_with_url

IPv4 = ipaddress.IPv4Address
INNER = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4"),
    *("240.0.0.0/4", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
)
SPELLINGS: dict[str, Callable[[IPv4], str]] = {
    "dotted": str,
    "decimal": lambda a: str(int(a)),
    "hex": lambda a: hex(int(a)),
    "octal": lambda a: f"0{int(a):o}",
    "octal parts": lambda a: ".".join(f"0{part:o}" for part in a.packed),
    "hex parts": lambda a: ".".join(hex(part) for part in a.packed),
    "three parts": lambda a: f"{a.packed[0]}.{a.packed[1]}.{int(a) & 0xFFFF}",
    "two parts": lambda a: f"{a.packed[0]}.{int(a) & 0xFFFFFF}",
    "mapped": lambda a: f"::ffff:{a}",
    "mapped in hex": lambda a: f"::ffff:{int(a) >> 16:x}:{int(a) & 0xFFFF:x}",
    "NAT64": lambda a: f"64:ff9b::{int(a) >> 16:x}:{int(a) & 0xFFFF:x}",
    "6to4": lambda a: f"2002:{int(a) >> 16:x}:{int(a) & 0xFFFF:x}::1",
}
inner_addresses = st.sampled_from(INNER).flatmap(lambda network: st.ip_addresses(network=network))
spellings = st.sampled_from(sorted(SPELLINGS))


@given(address=inner_addresses, spelling=spellings)
def test_no_internal_address_counts_as_public_in_any_spelling(address: IPv4, spelling: str) -> None:
    written = SPELLINGS[spelling](address)
    read = address_written_as(written)
    assert read is not None and not is_public(read)
    host = f"[{written}]" if ":" in written else written
    assert problem_with_url(f"https://{host}/hook", allow_private=False)


@given(address=st.ip_addresses(v=4), spelling=spellings)
def test_the_spelling_of_an_address_does_not_change_whether_it_is_public(
    address: IPv4, spelling: str
) -> None:
    read = address_written_as(SPELLINGS[spelling](address))
    assert read is not None and is_public(read) is is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "3fff::1", "5f00::1"),
        *("168.63.129.16", "192.88.99.1", "255.255.255.255", "2606:4700::1111%eth0"),
    ],
)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"],
)
def test_these_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "localhost", "0x", ""])
def test_a_host_name_is_not_taken_for_an_address(host: str) -> None:
    assert address_written_as(host) is None


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "http://example.com/", "ftp://example.com/", "javascript:alert(1)"),
        *("https://", "https:///path", "https://example.com:0/", "https://example.com:99999/"),
        *("https://[::1", "https://user@example.com/", "https://:secret@example.com/"),
        *("https://example.com/#part", "https://exämple.com/", "https://example.com/a b"),
        *("https://\0.example.com/", "https://example.com/\0"),
        *("https://example.com/\r\nHost: other", "https://127.0.0.1/", "https://[::1]/"),
    ],
)
def test_an_address_that_cannot_be_an_endpoint_is_refused_with_an_explanation(url: str) -> None:
    problem = problem_with_url(url, allow_private=False)
    assert problem and problem.endswith(".")


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://example.com:8443/a?b=c", "https://[2606:4700::1111]/"]
)
def test_an_address_on_the_public_internet_is_accepted(url: str) -> None:
    assert problem_with_url(url, allow_private=False) is None


def test_private_addresses_are_accepted_only_if_the_setting_says_so() -> None:
    assert problem_with_url("http://127.0.0.1:9000/", allow_private=True) is None
    assert problem_with_url("ftp://127.0.0.1/", allow_private=True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", f"{'a' * 64}.example"])
def test_a_name_that_cannot_be_public_is_refused_without_a_look_up(host: str) -> None:
    assert problem_with_url(f"https://{host}/hook", allow_private=False)


def test_a_private_name_is_accepted_where_private_addresses_are() -> None:
    assert problem_with_url("http://localhost:8080/hook", allow_private=True) is None


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("https://Example.com/a", "https://example.com/a"),
        ("HTTPS://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80", "http://example.com/"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("https://example.com?a=B", "https://example.com/?a=B"),
        ("https://example.com/A%2fb/../c?", "https://example.com/A%2fb/../c"),
        ("https://Bücher.example:8443/a", "https://xn--bcher-kva.example:8443/a"),
        ("https://xn--BCHER-kva.example/a", "https://xn--bcher-kva.example/a"),
        ("https://[2606:4700:0::1111]:443/", "https://[2606:4700::1111]/"),
    ],
)
def test_every_spelling_of_an_address_becomes_the_same(typed: str, normal: str) -> None:
    assert normal_address(typed) == normal
    assert normal_address(normal) == normal


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://a b.example:x/", "https://Me@a.example", "", "nonsense"]
)
def test_text_that_is_not_an_endpoint_address_stays_as_it_was_typed(url: str) -> None:
    assert normal_address(url) == url


@given(address=inner_addresses)
def test_an_internal_address_in_full_width_digits_is_refused_like_any_other(address: IPv4) -> None:
    wide = str(address).translate({ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"})
    url = normal_address(f"https://{wide}/hook")
    assert problem_with_url(url, allow_private=False)
