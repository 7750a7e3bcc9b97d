"""`flask events verify` and `flask events rebuild`: the log is checked against its hashes and
signatures, and the tables against the log."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.events.integrity.chain import broken_links
from app.events.integrity.checkpoints import (
    LONGEST_UNSIGNED_SECONDS,
    bad_checkpoints,
    missing_roots,
    seconds_unsigned,
)
from app.events.projections.projection import current_projections
from app.events.rows import NewerEvent
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.database.grants import owner_engine
from app.platform.settings import current_config

ROOT = re.compile(r"\b[0-9a-f]{64}\b")
UNSIGNED = "checkpoints: for 26 hours none was signed, or the latest were deleted"


class KeptRoots(click.ParamType):
    """A root in hex, or a file that contains some among other text."""

    name = "file|root"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        try:
            words, fault = Path(value).read_text(errors="replace"), ""
        except OSError as error:
            words, fault = value, f" ({error.strerror})"
        return ROOT.findall(words.lower()) or self.fail(
            f"there is no root in {value}{fault}", param, ctx
        )


@click.command("verify")
@click.option(
    "--against",
    "kept",
    type=KeptRoots(),
    help="Roots that were kept elsewhere: one, or a file with what `events checkpoint` printed.",
)
@with_appcontext
def verify(kept: Sequence[str] | None) -> None:
    """Name every event that was altered, every checkpoint that does not hold or is missing, and
    every row that differs from the log. The exit status is 1 if there is one."""
    count = 0
    for problem in problems(current_config().SECRET_KEY, kept or ()):
        click.echo(problem)
        count += 1
    if count:
        raise SystemExit(1)
    click.echo("Every row is as the log says.")


def problems(secret: str, kept: Sequence[str]) -> Iterator[str]:
    """What is wrong, one line each; the log first, since all else follows from it."""
    session = db.session()
    for link in broken_links(session):
        yield f"events {link.position} ({link.stream}, {link.version}): {link.problem}"
    for checkpoint in bad_checkpoints(session, secret, kept):
        yield f"checkpoints {checkpoint.made_at.isoformat()}: {checkpoint.problem}"
    for root in missing_roots(session, kept):
        yield f"checkpoints: none has the root {root}, which was kept"
    if seconds_unsigned(session) > LONGEST_UNSIGNED_SECONDS:
        yield UNSIGNED
    session.rollback()
    for projection in current_projections():
        yield from map(str, projection.verify(db.engine))


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Rebuild every projection from the log while the site serves, and name what differed.

    The exit status is 1 if something could not be corrected.
    """
    uncorrected = 0
    with alone_at("events.rebuild") as is_alone, owner_engine() as engine:
        if not is_alone:
            raise click.ClickException(
                "Another rebuild is at work. Start this one when that has ended."
            )
        for projection in current_projections():
            try:
                for difference in projection.rebuild(engine):
                    click.echo(str(difference))
                    uncorrected += difference.is_unfixable
            except NewerEvent as newer:
                click.echo(f"Rows that are not corrected: a newer release recorded {newer}.")
                uncorrected += 1
    if uncorrected:
        raise SystemExit(1)
    click.echo("Every row is as the log says now.")
