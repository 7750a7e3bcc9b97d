"""The operator's commands for bridges: `flask bridges …`."""

import click

from app.bridges.queries import bridge_figures
from app.bridges.service import pause_bridge, resume_bridge
from app.platform.command_group import CommandGroup
from app.platform.database import db

bridges = CommandGroup("bridges", help="Look after the ways out to other brokers.")
NO_BRIDGE = "EVENT_BRIDGES is empty, so there is no bridge"


class BridgeName(click.ParamType):
    """The name of a bridge in EVENT_BRIDGES."""

    name = "bridge"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names = [bridge.name for bridge in bridge_figures(db.session())]
        if not names:
            self.fail(NO_BRIDGE, param, ctx)
        if value not in names:
            self.fail(f"{value} is not one of: {', '.join(names)}", param, ctx)
        return value


@bridges.command("list")
def show() -> None:
    """Print each bridge with its lag, what it has passed over, and its last error since it last
    succeeded."""
    figures = bridge_figures(db.session())
    if not figures:
        click.echo(f"{NO_BRIDGE}.")
    for bridge in figures:
        state = "paused" if bridge.paused_at else bridge.last_error or "well"
        passed_over = f"{bridge.passed_over} passed over, " if bridge.passed_over else ""
        click.echo(f"{bridge.name}: {bridge.lag} events behind, {passed_over}{state}")


@bridges.command("pause")
@click.argument("name", type=BridgeName())
def pause(name: str) -> None:
    """Stop the bridge from sending; it keeps its place."""
    pause_bridge(db.session(), name)
    db.session.commit()
    click.echo(f"{name} is paused.")


@bridges.command("resume")
@click.argument("name", type=BridgeName())
def resume(name: str) -> None:
    """Let the bridge carry on where it stopped, from the next sweep."""
    resume_bridge(db.session(), name)
    db.session.commit()
    click.echo(f"{name} is resumed.")
