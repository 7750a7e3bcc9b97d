"""Passwords: generated, hashed with Argon2id, and checked equally slowly for unknown accounts."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# Without the letters and digits that look alike in a terminal: i, l, o, 0, 1.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()


def make_password() -> str:
    """A password of four groups, such as kx7dp-m3qwe-9zrta-h2vbn: 99 random bits."""
    return make_letters(groups=4)


def make_letters(*, groups: int) -> str:
    """That many groups of five random letters, about 25 bits each."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(groups))


def hash_password(password: str) -> str:
    """The Argon2id hash of the password, with the library's parameters (RFC 9106, low memory)."""
    return _hasher.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the hash is of this password. Without a hash it returns False after the same time."""
    nobodys = _hash_of_nobody()
    try:
        return _hasher.verify(password_hash or nobodys, password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _hash_of_nobody() -> str:
    return hash_password(make_password())
