"""The reference by which people quote an application."""

import re
import secrets

# Crockford's base 32: no I, L, O or U, so that a reference survives the telephone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
MADE = re.compile(r"(.*?)[\W_]*(\w{4})[\W_]*(\w{4})")


def make_reference(prefix: str) -> str:
    """A reference to quote, like CE-7K3M-2Q9F: 40 random bits."""
    number = secrets.randbits(40)
    letters = "".join(REFERENCE_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def as_made(typed: str) -> str:
    """The reference that is meant, whatever its case, spaces and dashes, and with letters that it
    can't have for the digits that they look like. What is none comes back as no other."""
    spoken = "".join(typed.split()).upper()
    parts = MADE.fullmatch(spoken)
    if parts is None:
        return spoken
    prefix, *halves = parts.groups()
    return "-".join((prefix, *(half.translate(MISREAD) for half in halves)))
