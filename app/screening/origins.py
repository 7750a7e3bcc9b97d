"""What is kept of where a submission came from: enough to count by, and not to be read."""

import hmac
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.database import utc_now
from app.network import network_of
from app.screening.models import SubmissionOrigin
from app.settings import current_config

COUNTED_FOR = timedelta(days=1)


def counted_origin(address: str | None) -> bytes | None:
    """The origin that a submission from this address is counted by; None where nobody counts."""
    config = current_config()
    if not config.HOLD_ABOVE_PER_ADDRESS or not address:
        return None
    return origin_of(address, config.SECRET_KEY)


def origin_of(address: str, secret: str) -> bytes:
    """The address's network under a keyed hash (HMAC-SHA256, 32 bytes). Without the key, trying all
    addresses would not tell which one it is."""
    return hmac.digest(secret.encode(), network_of(address).encode(), "sha256")


def forget_origins(session: Session) -> None:
    """Delete those that no submission is counted by any more."""
    session.execute(
        delete(SubmissionOrigin).where(SubmissionOrigin.submitted_at < utc_now() - COUNTED_FOR)
    )
