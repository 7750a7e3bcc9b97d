"""The Celery tasks that move bridges. They carry a name: the bridge's row says what is due."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import structlog
from celery import shared_task
from flask import current_app
from sqlalchemy import text

from app.database import db
from app.events.bridges.addresses import (
    BridgeAddress,
    EventBridgeAddress,
    KafkaAddress,
    RabbitAddress,
    current_bridges,
)
from app.events.bridges.eventbridge import EventBridgeLink
from app.events.bridges.forward import forward_batch
from app.events.bridges.kafka import KafkaLink
from app.events.bridges.link import Link
from app.events.bridges.queries import due_bridges
from app.events.bridges.rabbitmq import RabbitLink
from app.events.retry import RetryPolicy

# With link.SEND_SECONDS for the last batch, and a silent broker to be found out, still below the
# tasks' time limit.
WORK_SECONDS = 10.0
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended('bridges.' || :name, 0))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended('bridges.' || :name, 0))")
log = structlog.get_logger()


def ring_bridge(name: str) -> None:
    """Ask a worker to move the bridge on. A lost ring costs one sweep, never an event."""
    try:
        move_bridge.apply_async((name,), retry=False)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("bridge.broker_unreachable", error=type(error).__name__)


@shared_task(name="bridges.move", ignore_result=True)
def move_bridge(name: str) -> None:
    """Send what waits, batch by batch; after a while leave the worker to others first."""
    address = current_bridges().get(name)
    if address is None:  # a message from before EVENT_BRIDGES was changed
        return
    with only_mover(name) as is_alone:
        is_behind = is_alone and _send_for_a_while(address)
    if is_behind:
        ring_bridge(name)


@shared_task(name="bridges.sweep", ignore_result=True)
def sweep_bridges() -> None:
    due = due_bridges(db.session())
    db.session.commit()
    for name in due:
        ring_bridge(name)


def link_to(address: BridgeAddress) -> Link:
    """The link for an address of its kind."""
    match address:
        case KafkaAddress():
            return KafkaLink(address)
        case RabbitAddress():
            return RabbitLink(address)
        case EventBridgeAddress():
            return EventBridgeLink(address)
    raise TypeError(address)


@contextmanager
def only_mover(name: str) -> Iterator[bool]:
    """Whether no other worker moves this bridge now, which would mix up the order.

    The lock is the connection's, so a worker that dies has let go of it.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_alone = bool(connection.scalar(TRY_LOCK, {"name": name}))
        try:
            yield is_alone
        finally:
            if is_alone:
                connection.execute(UNLOCK, {"name": name})


def _send_for_a_while(address: BridgeAddress) -> bool:
    """Send batches until nothing is left, one fails, or the time is up: then return True."""
    config = current_app.config["SITE"]
    policy = RetryPolicy(
        first=config.DELIVERY_BACKOFF_SECONDS,
        cap=config.DELIVERY_BACKOFF_CAP_SECONDS,
        most=config.DELIVERY_MAX_ATTEMPTS,
    )
    until = time.monotonic() + WORK_SECONDS
    with closing(link_to(address)) as link:
        while time.monotonic() < until:
            if not forward_batch(
                db.session(), address, link, base_url=config.BASE_URL, policy=policy
            ):
                return False
    return True
