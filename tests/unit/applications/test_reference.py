"""A reference is recognised however it is read out, heard and typed."""

import pytest

from app.applications.reference import REFERENCE_ALPHABET, as_made, make_reference


@pytest.mark.parametrize(
    "typed",
    [
        "CE-7K3M-0Q1F",
        "ce-7k3m-0q1f",
        " CE 7K3M 0Q1F ",
        "CE7K3M0Q1F",
        "CE – 7K3M – 0Q1F",
        "CE-7K3M-OQ1F",
        "ce-7k3m-oqlf",
        "CE-7K3M-OQIF",
    ],
)
def test_case_spaces_dashes_and_letters_that_look_like_digits_are_forgiven(typed: str) -> None:
    assert as_made(typed) == "CE-7K3M-0Q1F"


@pytest.mark.parametrize("prefix", ["CE", "OIL", "LI-O", "X1"])
def test_a_reference_is_read_back_as_it_was_made(prefix: str) -> None:
    reference = make_reference(prefix)
    assert as_made(reference) == as_made(reference.lower()) == reference


@pytest.mark.parametrize("typed", ["", "7K3M", "%", "' OR 1=1 --", "ada@client.example", "\x00"])
def test_text_that_is_not_a_reference_is_never_read_as_one(typed: str) -> None:
    assert as_made(typed) != "CE-7K3M-0Q1F"


def test_no_reference_contains_a_letter_that_looks_like_a_digit() -> None:
    assert not set("OIL") & set(REFERENCE_ALPHABET)
