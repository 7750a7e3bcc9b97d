"""The operator's commands: `flask relay`, `flask events …`, `flask staff …`,
`flask person …`"""

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.accounts.commands import staff
from app.events.commands import events
from app.events.projection_commands import rebuild, verify
from app.events.relay import run_relay
from app.events.subscription import current_subscriptions
from app.events.tasks import send_deliveries
from app.portal.commands import person


def register_commands(app: Flask) -> None:
    app.cli.add_command(relay)
    app.cli.add_command(events)
    events.add_command(verify)
    events.add_command(rebuild)
    app.cli.add_command(person)
    app.cli.add_command(staff)


@click.command("relay")
@with_appcontext
def relay() -> None:
    """Publish events until told to stop; two or more side by side are safe."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    config = current_app.config["SITE"]
    run_relay(
        config.postgres_url,
        current_subscriptions(),
        send_deliveries,
        poll_seconds=config.RELAY_POLL_SECONDS,
        stop=stop,
    )
