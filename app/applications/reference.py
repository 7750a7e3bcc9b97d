"""The reference by which people quote an application."""

import secrets

# Crockford's base 32: no I, L, O or U, so that a reference survives the telephone.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_reference(prefix: str) -> str:
    """A reference to quote, like CE-7K3M-2Q9F: 40 random bits."""
    number = secrets.randbits(40)
    letters = "".join(REFERENCE_ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
