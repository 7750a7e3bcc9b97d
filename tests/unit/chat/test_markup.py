"""Typed text has no special meaning in a chat."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.markup import WORD_JOINER, literal, message_of

MEANINGFUL = "<>&!@#|~:/.[]() *_`\n\tacehlnrw"


@given(st.text(alphabet=MEANINGFUL, max_size=60) | st.text(max_size=60))
def test_typed_text_is_shown_verbatim_on_one_line_without_control_characters(
    typed: str,
) -> None:
    text = literal(typed)
    assert not re.search(r"[<>\n\r]|&(?!(amp|lt|gt);)", text)
    assert not re.search(r"[@#~:./\]][^\s\N{WORD JOINER}]", html.unescape(text))
    shown = html.unescape(text).replace(WORD_JOINER, "")
    assert shown == " ".join(typed.split()).replace(WORD_JOINER, "")


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("<!channel> look", "<!channel>"),
        ("<https://evil.example|our site>", "<https://evil.example|our site>"),
        ("@all @here", "@all"),
        ("#general ~town-square", "#general"),
        ("[our site](https://evil.example)", "]("),
        ("https://evil.example", "://"),
        ("www.evil.example", "evil.example"),
        ("ada@evil.example", "ada@"),
    ],
)
def test_typed_text_never_becomes_a_mention_a_channel_or_a_link(typed: str, meaning: str) -> None:
    text = literal(typed)
    assert typed not in text and not re.search(rf"{re.escape(meaning)}\w", text)


def test_ordinary_words_stay_as_they_are() -> None:
    words = "87 points: Engines & Co. (CE-7Q2K-91XM). Proposed: Build, $45,600."
    assert literal(words) == words.replace("&", "&amp;")


def test_our_own_link_follows_the_text_and_works_as_a_link() -> None:
    message = message_of("Held: <b>", "https://firm.example/staff?a=1&b=2")
    assert message == "Held: &lt;b&gt;\nhttps://firm.example/staff?a=1&amp;b=2"
