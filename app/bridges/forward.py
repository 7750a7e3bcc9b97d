"""Moving one bridge along the log: read a batch, send it, advance past what was confirmed.

Nothing is read ahead: the next batch is read once this one is confirmed. A crash between a
confirmation and the commit of the new place sends those events again, under the same ids.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridges.addresses import BridgeAddress
from app.bridges.models import Bridge
from app.bridges.sink import Sent, Sink
from app.bridges.spans import batch_span, describe_outcome
from app.events.contract.cloudevents import to_cloud_event
from app.events.log import START, Place, end_of_log, place_of, read_log
from app.events.rows import ALTERED_SAYS, Altered, NewerEvent
from app.events.types import RecordedEvent
from app.platform.outbound_hold.service import is_outbound_held

BATCH = 100
log = structlog.get_logger()

OPEN = text("""
INSERT INTO bridges (name, horizon, position)
VALUES (:name, :horizon, :position)
ON CONFLICT DO NOTHING
""")

# If another worker moved the bridge in the meantime, it sent the same events: the first one counts.
MOVE = text("""
UPDATE bridges
SET horizon = :horizon, position = :position,
    sent_at = CASE WHEN :moved THEN clock_timestamp() ELSE sent_at END,
    passed_over = passed_over + :passed_over,
    last_passed_over = coalesce(:last_passed_over, last_passed_over),
    failures = :failures, last_error = :error
WHERE name = :name AND horizon = :old_horizon AND position = :old_position
""")


def open_bridge(session: Session, address: BridgeAddress) -> Bridge:
    """The bridge's row. A new bridge begins at the log's end, or at its start if the address says
    so."""
    bridge = session.get(Bridge, address.name, populate_existing=True)
    if bridge is None:
        place = START if address.from_start else end_of_log(session)
        session.execute(
            OPEN,
            {"name": address.name, "horizon": place.horizon, "position": place.position},
        )
        bridge = session.get_one(Bridge, address.name)
    return bridge


def forward_batch(session: Session, address: BridgeAddress, sink: Sink, *, base_url: str) -> bool:
    """Send one batch and commit the new place; return whether to go on, as there may be more. Each
    failure in a row halves the batch, down to the next event alone.

    Stops at the first event that is not confirmed, or that only a newer release can read; an
    altered event is passed over. A bridge that is paused or held sends nothing. No transaction is
    open while the sink sends. Raises what the sink raises.
    """
    bridge = open_bridge(session, address)
    place, failures = bridge.place, bridge.failures
    events: Sequence[RecordedEvent] = []
    # If one event is refused for good, those accepted beside it are soon no longer sent again.
    most = max(1, BATCH >> failures)
    try:
        rests = bridge.paused_at or is_outbound_held(session)
        events = [] if rests else read_log(session, place, most=most)
        session.commit()
        if not events:
            return False
        sent = _send(events, address, sink, base_url)
    except NewerEvent as newer:
        sent = Sent(0, trouble=f"a newer release is needed to read {newer}")
    _move(session, address.name, place, events, sent, failures)
    session.commit()
    return not sent.trouble


def _send(
    events: Sequence[RecordedEvent], address: BridgeAddress, sink: Sink, base_url: str
) -> Sent:
    """Send the events that can be read; return how the whole batch ended."""
    readable = [event for event in events if not isinstance(event.data, Altered)]
    if not readable:
        return _with_altered(events, len(events), Sent(0))
    with_personal = address.with_personal
    batch = [to_cloud_event(e, base_url, with_personal=with_personal) for e in readable]
    with batch_span(address, readable) as sending:
        sent = sink.send(batch)
        describe_outcome(sending, sent)
    is_all = sent.settled == len(readable)
    settled = len(events) if is_all else events.index(readable[sent.settled])
    return _with_altered(events, settled, sent)


def _with_altered(events: Sequence[RecordedEvent], settled: int, sent: Sent) -> Sent:
    """The outcome, with altered events among the first ``settled`` counted as passed over."""
    altered = {str(e.id): ALTERED_SAYS for e in events[:settled] if isinstance(e.data, Altered)}
    return Sent(settled, altered | sent.passed_over, sent.trouble)


def _move(
    session: Session,
    name: str,
    place: Place,
    events: Sequence[RecordedEvent],
    sent: Sent,
    failures: int,
) -> None:
    """Move the bridge past what was settled, and note and log how the batch went."""
    new = place_of(events[sent.settled - 1]) if sent.settled else place
    failures = (1 if sent.settled else failures + 1) if sent.trouble else 0
    told = [f"{event_id}: {reason}" for event_id, reason in sent.passed_over.items()]
    session.execute(
        MOVE,
        {
            "name": name,
            "old_horizon": place.horizon,
            "old_position": place.position,
            "horizon": new.horizon,
            "position": new.position,
            "moved": sent.settled > 0,
            "passed_over": len(told),
            "last_passed_over": told[-1] if told else None,
            "failures": failures,
            "error": sent.trouble or None,
        },
    )
    for event_id, reason in sent.passed_over.items():
        log.warning("bridge.passed_over", bridge=name, event_id=event_id, reason=reason)
    if sent.trouble:
        at_event = next((str(event.id) for event in events[sent.settled :]), None)
        log.warning(
            "bridge.failed", bridge=name, error=sent.trouble, failures=failures, at_event=at_event
        )
