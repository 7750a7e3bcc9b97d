"""An authenticator app that has the secret of a second step."""

import base64

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP


def code_of(key: str, seconds: float) -> str:
    """The code that it shows at that time, in seconds since 1970, for a secret in base32."""
    totp = TOTP(base64.b32decode(key), 6, SHA1(), 30)  # noqa: S303 - what such apps go by
    return totp.generate(int(seconds)).decode()
