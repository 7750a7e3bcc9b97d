"""The operator's commands for the outbound hold: `flask outbound …`."""

import click

from app.platform.command_group import CommandGroup, operator
from app.platform.database import db
from app.platform.outbound_hold.service import release_outbound

outbound = CommandGroup("outbound", help="Look after what leaves the site.")


@outbound.command("release")
def release() -> None:
    """Release what `flask events restored` holds back: mail, chat, webhooks, bridges."""
    was_held = release_outbound(db.session(), actor=operator())
    db.session.commit()
    click.echo("What waits is sent now." if was_held else "Nothing is held back.")
