"""The operator's commands for the flow: `flask events …`."""

from datetime import UTC, datetime

import click

from app.events.canary import SUBSCRIBER as CANARY
from app.events.delivery.backfill import EVER, backfill_subscriber
from app.events.delivery.pausing import pause_subscriber, resume_subscriber
from app.events.epochs import begin_epoch, has_moved
from app.events.integrity.checkpoints import last_root, make_checkpoint, seconds_unsigned
from app.events.subscription import current_subscriptions
from app.platform.command_group import CommandGroup, operator
from app.platform.database import db
from app.platform.outbound_hold.service import hold_outbound
from app.platform.settings import current_config

events = CommandGroup("events", help="Look after the event log and its subscribers.")


class SubscriberName(click.ParamType):
    """The name of a subscriber in the table, like scoring.score_fit."""

    name = "subscriber"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names = current_subscriptions().names()
        if value not in names:
            self.fail(f"{value} is not one of: {', '.join(names)}", param, ctx)
        return value


@events.command("pause")
@click.argument("subscriber", type=SubscriberName())
def pause(subscriber: str) -> None:
    """Pause SUBSCRIBER; what is recorded in the meantime is kept for it, in order."""
    if subscriber == CANARY:
        wanted = f"{CANARY} can't be paused: no page shows it, and it is how a stall is noticed"
        raise click.BadParameter(wanted)
    pause_subscriber(db.session(), subscriber, actor=operator())
    db.session.commit()
    click.echo(f"{subscriber} is paused.")


@events.command("resume")
@click.argument("subscriber", type=SubscriberName())
def resume(subscriber: str) -> None:
    """Resume SUBSCRIBER, starting with what has waited for it."""
    resume_subscriber(db.session(), subscriber, actor=operator())
    db.session.commit()
    click.echo(f"{subscriber} is resumed.")


@events.command("backfill")
@click.argument("subscriber", type=SubscriberName())
@click.option(
    "--since", type=click.DateTime(), default=None, help="Only those recorded from then on (UTC)."
)
def backfill(subscriber: str, since: datetime | None) -> None:
    """Give SUBSCRIBER the events from before it existed. Pause it first, and resume it
    afterwards, if a stream's history has to come before its present."""
    begin = since.replace(tzinfo=UTC) if since else EVER
    added = backfill_subscriber(db.session(), subscriber, current_subscriptions(), since=begin)
    click.echo(f"{added} past events wait for {subscriber}.")


@events.command("restored")
def restored() -> None:
    """Let the log continue after a restore, and hold back what would leave the site."""
    moved = has_moved(db.session())
    if moved:
        begin_epoch(db.session())
    hold_outbound(db.session(), actor=operator())
    db.session.commit()
    click.echo("The log continues from here." if moved else "The log is where it was.")
    click.echo("No mail, chat, webhook or bridge sends before `flask outbound release`.")


@events.command("checkpoint")
def checkpoint() -> None:
    """Sign what the log holds so far. Keep what this prints somewhere else."""
    made = make_checkpoint(db.session(), current_config().SECRET_KEY)
    db.session.commit()
    if made:
        click.echo(f"{made.events} events, root {made.root}")
    elif seconds_unsigned(db.session()):
        click.echo("Nothing can be signed yet: an open transaction holds it up.")
    elif root := last_root(db.session()):
        click.echo(f"Nothing new to sign since the root {root}")
    else:
        click.echo("Nothing new to sign.")
