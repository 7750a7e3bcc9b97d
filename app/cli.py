"""The operator's commands: `flask relay`, `flask intake`, `flask labs`, `flask events …`,
`flask outbound …`, `flask bridges …`, `flask person …`, `flask staff …`, `flask content …`"""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from app.accounts.commands import staff
from app.applications.intake.address import current_intake
from app.applications.intake.consumer import run_intake
from app.bridges.commands import bridges
from app.content.commands import content_commands
from app.events.commands import events
from app.events.delivery.relay import run_relay
from app.events.projections.commands import rebuild, verify
from app.events.subscription import current_subscriptions
from app.events.tasks import send_deliveries
from app.labs.backbone import make_backbone
from app.labs.runner import CONNECTIONS, Runner
from app.platform.outbound_hold.commands import outbound
from app.platform.settings import current_config
from app.portal.commands import person


def register_commands(app: Flask) -> None:
    app.cli.add_command(relay)
    app.cli.add_command(intake)
    app.cli.add_command(labs)
    app.cli.add_command(events)
    events.add_command(verify)
    events.add_command(rebuild)
    app.cli.add_command(outbound)
    app.cli.add_command(bridges)
    app.cli.add_command(person)
    app.cli.add_command(staff)
    app.cli.add_command(content_commands)


@click.command("relay")
@with_appcontext
def relay() -> None:
    """Publish events until told to stop; two or more side by side are safe."""
    config = current_config()
    run_relay(
        config.postgres_url,
        current_subscriptions(),
        send_deliveries,
        poll_seconds=config.RELAY_POLL_SECONDS,
        stop=_told_to_stop(),
    )


@click.command("intake")
@with_appcontext
def intake() -> None:
    """Take in applications from the topic in EVENT_INTAKE; several side by side share them."""
    address = current_intake()
    if address is None:
        raise click.UsageError("EVENT_INTAKE is not set, so there is nothing to take in.")
    run_intake(address, _told_to_stop())


@click.command("labs")
@with_appcontext
def labs() -> None:
    """Run the sandboxes of the labs. One process does; a second one waits until it ends."""
    config = current_config()
    _lower_priority(config.LABS_NICENESS)
    backbone = make_backbone(config, connections=CONNECTIONS)
    Runner(backbone).run(config.postgres_url, _told_to_stop())


def _lower_priority(niceness: int) -> None:
    """Give the rest of the site priority on the processors, by ``niceness`` as in nice(1). If Linux
    schedules by session (autogroup), that counts within the session only, so the session gets it
    too."""
    os.nice(niceness)
    with suppress(OSError):  # no such file on other systems
        Path("/proc/self/autogroup").write_text(f"{niceness}\n")


def _told_to_stop() -> threading.Event:
    """An event that is set when the process is told to end."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return stop
