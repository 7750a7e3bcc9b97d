"""The codes of the second step are those of RFC 6238."""

import base64

import pytest

from app.accounts.second_step import is_secret, make_secret, qr_code, step_of

# From its appendix B: the secret in ASCII, and the codes with SHA-1, cut to six digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
CODES = {
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
    20_000_000_000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), CODES.items())
def test_a_code_is_accepted_in_its_own_half_minute_and_the_two_adjacent(
    seconds: int, code: str
) -> None:
    taken = {n for n in range(-4, 5) if step_of(SECRET, code, seconds + n * 30) is not None}
    assert taken == {-1, 0, 1}
    assert step_of(SECRET, code, seconds + 30) == seconds // 30


@pytest.mark.parametrize("nonsense", ["", "08180", "0818044", "٠٨١٨٠٤", "x" * 60])
def test_anything_but_six_digits_is_not_a_code(nonsense: str) -> None:
    assert step_of(SECRET, nonsense, 1_111_111_109) is None


def test_only_a_key_of_the_form_made_here_is_accepted() -> None:
    assert is_secret(make_secret()) and make_secret() != make_secret()
    for text in ("", "ABC", SECRET[:-8], SECRET.lower(), "ä" * 32, SECRET + "AAAAAAAA"):
        assert not is_secret(text)


def test_the_qr_code_is_drawn_inline_and_loads_nothing() -> None:
    picture = qr_code(SECRET, email="ada@firm.example", firm="Smith & <Sons>")
    assert picture.startswith("<svg") and "<Sons>" not in picture
    assert "style=" not in picture and "href" not in picture
