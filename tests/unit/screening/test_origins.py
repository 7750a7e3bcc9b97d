"""An origin, which is all that is stored of an internet address."""

from hypothesis import given
from hypothesis import strategies as st

from app.screening.origins import origin_of

SECRET = "of the tests"


@given(st.ip_addresses(v=4))
def test_an_origin_is_a_hash_of_the_address_that_depends_on_the_key(address: object) -> None:
    origin = origin_of(str(address), SECRET)
    assert len(origin) == 32
    assert origin == origin_of(str(address), SECRET) != origin_of(str(address), "another")


@given(st.lists(st.ip_addresses(v=4), min_size=2, max_size=2, unique=True))
def test_two_addresses_have_two_origins(addresses: list[object]) -> None:
    assert len({origin_of(str(one), SECRET) for one in addresses}) == 2


def test_the_addresses_of_one_ipv6_network_share_an_origin() -> None:
    one, same, other = (
        origin_of(address, SECRET)
        for address in ("2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:1::1")
    )
    assert one == same != other


def test_an_ipv4_address_written_as_ipv6_has_the_same_origin() -> None:
    one, same, other = (
        origin_of(address, SECRET) for address in ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2")
    )
    assert one == same != other


@given(st.text())
def test_whatever_a_proxy_passes_as_an_address_has_an_origin(word: str) -> None:
    assert len(origin_of(word, SECRET)) == 32
