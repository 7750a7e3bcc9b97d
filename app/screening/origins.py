"""What is stored about where a submission came from: a value that can be counted but not read."""

import hmac
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.platform.database import utc_now
from app.platform.network import network_of
from app.platform.settings import current_config
from app.screening.models import SubmissionOrigin

COUNTED_FOR = timedelta(days=1)


def counted_origin(address: str | None) -> bytes | None:
    """The origin under which a submission from this address is counted; None if the limit is
    off."""
    config = current_config()
    if not config.HOLD_ABOVE_PER_ADDRESS or not address:
        return None
    return origin_of(address, config.SECRET_KEY)


def origin_of(address: str, secret: str) -> bytes:
    """A keyed hash of the address's network (HMAC-SHA256, 32 bytes). Without the key, nobody can
    find the address by trying all of them."""
    return hmac.digest(secret.encode(), network_of(address).encode(), "sha256")


def forget_origins(session: Session) -> None:
    """Delete the origins that are too old to be counted."""
    session.execute(
        delete(SubmissionOrigin).where(SubmissionOrigin.submitted_at < utc_now() - COUNTED_FOR)
    )
