"""The name shown for a file is readable, short, and true to what the file is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments.naming import LONGEST_NAME, MOST_MARKS, UNSHOWN, shown_name

NAMES = {
    "diagram.png": "diagram.png",
    "Diagram.PNG": "Diagram.png",
    "Überblick – 2026.png": "Überblick – 2026.png",
    "diagram.pdf": "diagram.pdf.png",
    "archive.tar.gz": "archive.tar.gz.png",
    "../../etc/passwd": "passwd.png",
    "C:\\Users\\ada\\plan.png": "plan.png",
    "/var/uploads/": "unnamed.png",
    "": "unnamed.png",
    ".png": "png.png",
    "...htaccess": "htaccess.png",
    "a\r\nSet-Cookie: x.png": "a Set-Cookie: x.png",
    "a\x00b\x1b[31m.png": "ab[31m.png",
    "invoice\u202egnp.exe": "invoicegnp.exe.png",
    "z\u200be\ufeffro.png": "zero.png",
    "<img src=x onerror=alert(1)>.png": "<img src=x onerror=alert(1)>.png",
    "{{ 7*7 }}.png": "{{ 7*7 }}.png",
    "half \ud83d surrogate.png": "half surrogate.png",
}


@pytest.mark.parametrize(("typed", "shown"), NAMES.items(), ids=map(ascii, NAMES))
def test_a_name_is_shown_without_anything_that_could_mislead(typed: str, shown: str) -> None:
    assert shown_name(typed, "png") == shown


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    assert shown_name("x" * 5000 + ".pdf", "pdf") == "x" * LONGEST_NAME + ".pdf"


def test_a_pile_of_accents_does_not_cover_other_lines() -> None:
    assert shown_name("a" + "\u0335" * 500 + ".pdf", "pdf") == "a" + "\u0335" * MOST_MARKS + ".pdf"


@given(st.text(st.characters(), max_size=300))
def test_whatever_is_typed_the_name_shown_is_short_visible_and_not_a_path(typed: str) -> None:
    name = shown_name(typed, "pdf")
    assert name.endswith(".pdf") and 4 < len(name) <= LONGEST_NAME + 4
    assert not name.startswith(".") and not {"/", "\\"} & set(name)
    assert not any(unicodedata.category(character) in UNSHOWN for character in name)
    name.encode()
