"""`flask events verify` and `flask events rebuild`: the log held against its seals, and the tables
against the log."""

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from app.database import alone_at, db
from app.events.chain import broken_links
from app.events.checkpoints import bad_checkpoints
from app.events.projection import current_projections
from app.events.rows import UnreadableEvent


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Name every event that was altered, every checkpoint that does not hold, and every row that
    differs from the log. The exit status is 1 if there is one."""
    count = 0
    for problem in problems(current_app.config["SITE"].SECRET_KEY):
        click.echo(problem)
        count += 1
    if count:
        raise SystemExit(1)
    click.echo("Every row is as the log says.")


def problems(secret: str) -> Iterator[str]:
    """What is wrong, each in a line; of the log first, since all else follows from it."""
    session = db.session()
    for link in broken_links(session):
        yield f"events {link.position} ({link.stream}, {link.version}): {link.problem}"
    for checkpoint in bad_checkpoints(session, secret):
        yield f"checkpoints {checkpoint.made_at.isoformat()}: {checkpoint.problem}"
    session.rollback()
    for projection in current_projections():
        try:
            yield from map(str, projection.verify(db.engine))
        except UnreadableEvent as unreadable:
            yield f"Rows that are not compared: {unreadable}, can't be read."


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Derive every projection from the log again while the site serves, and name what differed.

    The exit status is 1 if something could not be set right.
    """
    left = 0
    with alone_at("events.rebuild") as is_alone:
        if not is_alone:
            raise click.ClickException("Another rebuild is at work.")
        for projection in current_projections():
            for difference in projection.rebuild(db.engine):
                click.echo(str(difference))
                left += difference.is_left
    if left:
        raise SystemExit(1)
    click.echo("Every row is as the log says now.")
