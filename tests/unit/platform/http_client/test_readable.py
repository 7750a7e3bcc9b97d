"""Whatever a server answers becomes text that can be stored and shown."""

from hypothesis import given
from hypothesis import strategies as st

from app.platform.http_client.sender import readable


@given(st.binary(max_size=200))
def test_any_bytes_become_text_without_control_characters(body: bytes) -> None:
    text = readable(body)
    text.encode()
    assert not [c for c in text if ord(c) < 32 and c not in "\n\t\r"]


def test_plain_text_stays_as_it_is() -> None:
    assert readable("Danke schön.\n".encode()) == "Danke schön.\n"
