"""What can be told without asking Stripe: the key's mode, and who signed a webhook."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payments.stripe.answers import ForgedWebhook
from app.payments.stripe.gateway import is_live_key
from app.payments.stripe.sdk import SIGNATURE_TOLERANCE_SECONDS, check_signature
from local.stripe_standin.webhooks import signature_header

SECRET = "whsec_of_the_tests"
BODY = b'{"id": "evt_1"}'


def signed(body: bytes = BODY, *, secret: str = SECRET, age: int = 0) -> str:
    return signature_header(body, secret, int(time.time()) - age)


@pytest.mark.parametrize(
    ("key", "is_live"),
    [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("rk_test_1", False)],
)
def test_the_key_shows_whether_it_is_live(key: str, is_live: bool) -> None:
    assert is_live_key(key) is is_live


@pytest.mark.parametrize("age", [0, SIGNATURE_TOLERANCE_SECONDS - 5])
def test_a_recent_signature_made_with_our_secret_is_accepted(age: int) -> None:
    check_signature(BODY, signed(age=age), SECRET)


def test_one_good_signature_among_others_is_enough() -> None:
    """Stripe signs with both secrets while one is being replaced."""
    time_part, ours = signed().split(",")
    check_signature(BODY, f"{time_part},v1={'0' * 64},{ours},v0=old", SECRET)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (BODY, signed(secret="whsec_other")),
        (BODY, signed(age=SIGNATURE_TOLERANCE_SECONDS + 5)),
        (BODY + b" ", signed()),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (BODY, ""),
        (BODY, "t=now,v1=abc"),
        (BODY, f"t={int(time.time())}"),
        (BODY, f"t={int(time.time())},v1=å"),
        (BODY, "t=" + "9" * 5000 + ",v1=00"),
    ],
    ids=[
        "another secret",
        "too old",
        "another body",
        "no JSON",
        "no signature",
        "no time",
        "a time alone",
        "no hex",
        "a huge time",
    ],
)
def test_a_signature_that_is_too_old_or_not_made_with_our_secret_is_refused(
    body: bytes, header: str
) -> None:
    with pytest.raises(ForgedWebhook):
        check_signature(body, header, SECRET)


@given(body=st.binary(max_size=200), header=st.text(max_size=100))
def test_whatever_a_stranger_sends_is_refused_as_forged(body: bytes, header: str) -> None:
    with pytest.raises(ForgedWebhook):
        check_signature(body, header, SECRET)
