"""The reference by which people quote an application."""

import re
import secrets

# Crockford's base 32 has no I, L, O or U, so a reference survives being read out on the phone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
MADE = re.compile(r"(.*?)[\W_]*(\w{4})[\W_]*(\w{4})")


def make_reference(prefix: str) -> str:
    """A new reference, such as CE-7K3M-2Q9F: 40 random bits."""
    number = secrets.randbits(40)
    letters = "".join(REFERENCE_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def as_made(typed: str) -> str:
    """The reference as `make_reference` wrote it, from what somebody typed: any case, spaces and
    dashes, and O, I and L for the digits that they look like. Other text never comes back as a
    reference."""
    spoken = "".join(typed.split()).upper()
    parts = MADE.fullmatch(spoken)
    if parts is None:
        return spoken
    prefix, *halves = parts.groups()
    return "-".join((prefix, *(half.translate(MISREAD) for half in halves)))
