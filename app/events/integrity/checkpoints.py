"""Checkpoints: a signature over the whole log, made daily.

A hash chain alone would not show that somebody with the database owner's rights had recomputed it.
A checkpoint's root covers the hashes of all events since the last checkpoint, and that one's root;
its signature can't be made without the site's secret. Each is logged too, so that a copy leaves the
machine with the logs, or by hand: after somebody deletes the checkpoints, the next one signs
whatever the log then says, and only a root kept elsewhere gives that away. Such a root also vouches
for every checkpoint before it, whichever secret signed them.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.platform.database.deadline import lift_limit

log = structlog.get_logger()

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('events.checkpoint'))")
LAST = text("SELECT * FROM checkpoints ORDER BY id DESC LIMIT 1")
ALL = text("SELECT * FROM checkpoints ORDER BY id")
# Nothing can appear below the horizon any more; see `log`.
DIGEST = text("""
SELECT count(*) AS events,
    sha256(CAST(:previous AS bytea)
        || coalesce(string_agg(hash, '' ORDER BY horizon, position), '')) AS root
FROM events
WHERE horizon >= :since AND horizon < :until
""")
HORIZON = text("SELECT log_horizon(pg_snapshot_xmin(pg_current_snapshot()))")
STORE = text("""
INSERT INTO checkpoints (horizon, events, root, signature)
VALUES (:horizon, :events, :root, :signature)
RETURNING made_at
""")


# The age of the first event that no checkpoint covers.
AGE_UNSIGNED = text("""
SELECT extract(epoch FROM now() - recorded_at)::float8 FROM events
WHERE horizon >= coalesce((SELECT horizon FROM checkpoints ORDER BY id DESC LIMIT 1), 0)
ORDER BY horizon, position LIMIT 1
""")
# A day between two checkpoints, and time for the signing itself.
LONGEST_UNSIGNED_SECONDS = 26 * 3600


class Checkpoint(msgspec.Struct, frozen=True):
    """What is signed: ``events`` since the last checkpoint, up to ``horizon``."""

    horizon: int
    events: int
    root: str


class BadCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint that the log contradicts, that this site did not sign, or whose predecessor is
    missing."""

    made_at: datetime
    problem: str


def make_checkpoint(session: Session, secret: str) -> Checkpoint | None:
    """Sign what was recorded since the last checkpoint; None if that is nothing."""
    session.execute(ONE_AT_A_TIME)
    lift_limit(session.connection())  # a first checkpoint covers the whole log
    last = session.execute(LAST).one_or_none()
    until = session.scalar(HORIZON) or 0
    digest = _digest(session, last, until)
    if not digest.events:
        return None
    checkpoint = Checkpoint(until, digest.events, digest.root.hex())
    signature = _signer(secret).sign(msgspec.json.encode(checkpoint))
    values = {"horizon": until, "events": digest.events, "root": digest.root}
    session.execute(STORE, values | {"signature": signature})
    log.info("log.checkpoint", **msgspec.structs.asdict(checkpoint), signature=signature.hex())
    return checkpoint


def last_root(session: Session) -> str:
    """The root of the last checkpoint, in hex; "" if there is none."""
    last = session.execute(LAST).one_or_none()
    return _root(last) if last else ""


def bad_checkpoints(
    session: Session, secret: str, kept: Collection[str] = ()
) -> Iterator[BadCheckpoint]:
    """Every checkpoint that does not hold. ``kept`` lists roots, in hex, that were kept elsewhere;
    the signatures up to the latest of them are not checked."""
    lift_limit(session.connection())
    checkpoints, last = session.execute(ALL).all(), None
    vouched_for = max((stored.id for stored in checkpoints if _root(stored) in kept), default=0)
    for stored in checkpoints:
        signed_with = secret if stored.id > vouched_for else None
        if problem := _problem_with(session, stored, last, signed_with):
            yield BadCheckpoint(stored.made_at, problem)
        last = stored


def missing_roots(session: Session, kept: Collection[str]) -> list[str]:
    """Those of the ``kept`` roots, in hex, that no checkpoint here has."""
    stored = {_root(row) for row in session.execute(ALL)}
    return [root for root in kept if root not in stored]


def seconds_unsigned(session: Session) -> float:
    """The age of the oldest event that no checkpoint covers; 0 if all are covered."""
    return float(session.scalar(AGE_UNSIGNED) or 0)


def _problem_with(session: Session, stored: Row, last: Row | None, secret: str | None) -> str:
    """Empty if there is none. Without a ``secret`` the signature is not checked."""
    expected = last.id + 1 if last else 1
    if stored.id != expected:
        return f"{stored.id - expected} before it are gone, or their signing was cut off"
    if secret is not None and not _is_signed(stored, secret):
        return (
            "its signature is not this site's; if SECRET_KEY has changed since, verify it --against"
            " a root kept from then"
        )
    digest = _digest(session, last, stored.horizon)
    if digest.events != stored.events:
        return f"{stored.events} events were signed and {digest.events} are there"
    return "" if digest.root == stored.root else "the events that it covers were altered"


def _is_signed(stored: Row, secret: str) -> bool:
    signed = Checkpoint(stored.horizon, stored.events, _root(stored))
    try:
        _signer(secret).public_key().verify(bytes(stored.signature), msgspec.json.encode(signed))
    except InvalidSignature:
        return False
    return True


def _root(stored: Row) -> str:
    return bytes(stored.root).hex()


def _digest(session: Session, last: Row | None, until: int) -> Row:
    return session.execute(
        DIGEST,
        {
            "previous": bytes(last.root) if last else b"",
            "since": last.horizon if last else 0,
            "until": until,
        },
    ).one()


def _signer(secret: str) -> Ed25519PrivateKey:
    derived = HKDF(SHA256(), 32, salt=None, info=b"log checkpoint").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(derived)
