"""What is wrong with a typed text, mail address or web address."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext

# Control characters and halves of surrogate pairs.
UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UNSTORABLE_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# White space, blanks that Unicode counts among letters and symbols, and characters that only join
# letters, separate them, choose their form or set their direction.
INVISIBLE = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]*"
)
WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@]+([/?#]\S*)?", re.IGNORECASE)
COMBINING_MARKS = {"Mn", "Me"}
MOST_COMBINING_MARKS = 8
# Only such runs can have too many: the first combining mark is U+0300. Looking at each character of
# a long text would cost more than all other checks together.
MAY_BE_MARKS = re.compile(f"[^\x00-\u02ff]{{{MOST_COMBINING_MARKS + 1},}}")


def shows_nothing(text: str) -> bool:
    """Whether nothing of it is visible, so that it counts as not written."""
    return INVISIBLE.fullmatch(text) is not None


def problem_with_text(text: str, *, has_lines: bool) -> str:
    """Refuse control characters, which the database or a mail header can't hold, and piles of
    combining marks, which cover the lines around them."""
    if (UNSTORABLE_IN_LINES if has_lines else UNSTORABLE).search(text):
        return gettext(
            "This contains a character that can’t be stored (a line break or control character)."
        )
    if not text.isascii() and any(map(_piles_marks, MAY_BE_MARKS.findall(text))):
        return gettext("This has too many accents on one letter.")
    return ""


def problem_with_mail_address(text: str) -> str:
    try:
        address = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return gettext("Enter an address like name@company.com.")
    if address.smtputf8:
        return gettext(
            "Our mail server can’t send to an address with letters such as ö before the @. Enter"
            " another address of yours."
        )
    return ""


def problem_with_web_address(text: str) -> str:
    if WEB_ADDRESS.fullmatch(text):
        return ""
    return gettext("Enter a web address like https://company.com, or leave it empty.")


PROBLEM_WITH: Final[Mapping[str, Callable[[str], str]]] = {
    "email": problem_with_mail_address,
    "url": problem_with_web_address,
}


def _piles_marks(text: str) -> bool:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in COMBINING_MARKS else 0
        if marks > MOST_COMBINING_MARKS:
            return True
    return False
