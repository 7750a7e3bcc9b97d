"""The second step at sign-in: a code from an app, new every half minute (TOTP, RFC 6238), or a
recovery code, each valid once, for when the phone is lost. Callers commit."""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.passwords import make_letters
from app.accounts.service import end_sessions

SECRET_BYTES: Final = 20  # RFC 4226, 4, R6
STEP_SECONDS: Final = 30
DIGITS: Final = 6
RECOVERY_CODES: Final = 8


class WrongCode(Exception):
    """The code is not what the app would show now."""


def make_secret() -> str:
    """A new TOTP secret in base32: 160 random bits."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether the text has the form of a secret from `make_secret`."""
    try:
        return len(base64.b32decode(text)) == SECRET_BYTES
    except ValueError:
        return False


def qr_code(secret: str, *, email: str, firm: str) -> Markup:
    """The QR code that gives the secret to an app, as SVG."""
    import segno  # noqa: PLC0415 - only few processes ever draw one

    address = _totp(secret).get_provisioning_uri(email, firm)
    return Markup(segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff"))  # noqa: S704 - it holds paths alone


def step_of(secret: str, code: str, now: float) -> int | None:
    """The time step that the code is valid for: that of ``now``, in seconds since 1970, or the one
    before or after, since clocks differ and typing takes time (RFC 6238, 5.2). None if there is
    none."""
    present = int(now) // STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(_totp(secret).generate(step * STEP_SECONDS), code.encode()):
            return step
    return None


def turn_on(staff: Staff, secret: str, code: str) -> list[str]:
    """Require a code from now on, and sign the person out everywhere. Return their recovery codes,
    of which only hashes are stored. Raises WrongCode if their app does not have the secret."""
    step = step_of(secret, _plain(code), time.time())
    if step is None:
        raise WrongCode
    codes = [make_letters(groups=5) for _ in range(RECOVERY_CODES)]
    staff.code_secret, staff.last_code_step = secret, step
    staff.recovery_hashes = [_hashed(one) for one in codes]
    end_sessions(staff)
    return codes


def turn_off(staff: Staff) -> None:
    """Stop requiring a code, and sign the person out everywhere."""
    staff.code_secret, staff.last_code_step = None, None
    staff.recovery_hashes = []
    end_sessions(staff)


def use_code(session: Session, staff: Staff, typed: str) -> bool:
    """Whether this is an unused code of theirs; marks it as used."""
    session.refresh(staff, with_for_update=True)
    if staff.code_secret is None or staff.last_code_step is None:
        return False
    step = step_of(staff.code_secret, _plain(typed), time.time())
    if step is not None and step > staff.last_code_step:
        staff.last_code_step = step
        return True
    left = [one for one in staff.recovery_hashes if one != _hashed(typed)]
    is_recovery_code = len(left) < len(staff.recovery_hashes)
    staff.recovery_hashes = left
    return is_recovery_code


def _totp(secret: str) -> TOTP:
    # The algorithm and the length that every app supports.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _plain(code: str) -> str:
    """The code in lower case, without the separators between its groups."""
    return "".join(filter(str.isalnum, code.lower()))


def _hashed(recovery_code: str) -> str:
    # 123 random bits don't need a slow hash.
    return hashlib.sha256(_plain(recovery_code).encode()).hexdigest()
