"""The Celery tasks that move bridges. They carry only a name; the bridge's row says what is due."""

import time
from contextlib import closing

from celery import shared_task

from app.background.wake import wake
from app.bridges.addresses import (
    BridgeAddress,
    EventBridgeAddress,
    KafkaAddress,
    RabbitAddress,
    current_bridges,
)
from app.bridges.forward import forward_batch
from app.bridges.guarded import GuardedSink
from app.bridges.kafka import KafkaSink
from app.bridges.queries import due_bridges
from app.bridges.rabbitmq import RabbitSink
from app.bridges.sink import Sink
from app.circuits.guard import CircuitOpen
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.settings import current_config

# Together with sink.SEND_SECONDS for the last batch, and the time it takes to notice a silent
# broker, this is still below the tasks' time limit.
WORK_SECONDS = 10.0


def ring_bridge(name: str) -> None:
    """Ask a worker to move the bridge on."""
    wake(move_bridge, name)


@shared_task(name="bridges.move", ignore_result=True)
def move_bridge(name: str) -> None:
    """Send what waits, batch by batch; after a while, queue again behind the other tasks."""
    address = current_bridges().get(name)
    if address is None:  # a task from before EVENT_BRIDGES was changed
        return
    with alone_at(f"bridges.{name}") as is_alone:
        is_behind = is_alone and _send_for_a_while(address)
    if is_behind:
        ring_bridge(name)


@shared_task(name="bridges.sweep", ignore_result=True)
def sweep_bridges() -> None:
    due = due_bridges(db.session())
    db.session.commit()
    for name in due:
        ring_bridge(name)


def sink_for(address: BridgeAddress) -> Sink:
    """The sink for the address, by its kind."""
    match address:
        case KafkaAddress():
            return KafkaSink(address.kafka)
        case RabbitAddress():
            return RabbitSink(address)
        case EventBridgeAddress():
            # AWS's client costs 20 MB and a tenth of each process's start.
            from app.bridges.eventbridge import EventBridgeSink  # noqa: PLC0415

            return EventBridgeSink(address)
    raise TypeError(address)


def _send_for_a_while(address: BridgeAddress) -> bool:
    """Send batches until nothing is left, one fails, or the time is up; True in the last case."""
    base_url = current_config().BASE_URL
    until = time.monotonic() + WORK_SECONDS
    with closing(GuardedSink(sink_for(address), address.name)) as sink:
        while time.monotonic() < until:
            try:
                may_be_more = forward_batch(db.session(), address, sink, base_url=base_url)
            except CircuitOpen:
                return False
            if not may_be_more:
                return False
    return True
