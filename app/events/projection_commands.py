"""`flask events verify` and `flask events rebuild`: the tables held against the log."""

import click
from flask.cli import with_appcontext

from app.database import db
from app.events.projection import RebuildAtWork, current_projections, only_rebuild


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Name every row that differs from the log. The exit status is 1 if there is one."""
    count = 0
    for projection in current_projections():
        for difference in projection.verify(db.engine):
            click.echo(str(difference))
            count += 1
    if count:
        raise SystemExit(1)
    click.echo("Every row is as the log says.")


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Derive every projection from the log again while the site serves, and name what differed.

    The exit status is 1 if something could not be set right.
    """
    left = 0
    try:
        with only_rebuild(db.engine):
            for projection in current_projections():
                for difference in projection.rebuild(db.engine):
                    click.echo(str(difference))
                    left += difference.is_left
    except RebuildAtWork:
        raise click.ClickException("Another rebuild is at work.") from None
    if left:
        raise SystemExit(1)
    click.echo("Every row is as the log says now.")
