"""What is kept of an internet address: enough to count by, and not to be read."""

import hmac
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.database import utc_now
from app.screening.models import SubmissionOrigin

# A household has that many of the newer addresses, and a robot may use a new one each time.
IPV6_PREFIX = 64
COUNTED_FOR = timedelta(days=1)


def counted_origin(address: str | None) -> bytes | None:
    """The origin that a submission from this address is counted by; None where nobody counts."""
    config = current_app.config["SITE"]
    if not config.HOLD_ABOVE_PER_ADDRESS or not address:
        return None
    return origin_of(address, config.SECRET_KEY)


def origin_of(address: str, secret: str) -> bytes:
    """The address under a keyed hash (HMAC-SHA256, 32 bytes), an IPv6 address by its network.
    Without the key, trying all addresses would not tell which one it is."""
    return hmac.digest(secret.encode(), _counted_as(address).encode(), "sha256")


def _counted_as(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # a proxy's own word for it
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed), IPV6_PREFIX), strict=False))


def forget_origins(session: Session) -> None:
    """Delete those that no submission is counted by any more."""
    session.execute(
        delete(SubmissionOrigin).where(SubmissionOrigin.submitted_at < utc_now() - COUNTED_FOR)
    )
