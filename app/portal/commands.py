"""What an applicant may ask for by law, `flask person export` and `flask person erase`; and
`flask person reapply`, which repeats erasures after a restore."""

import click
import msgspec

from app.applications.erasure import AlreadyErased, erase_person
from app.applications.models import Application
from app.applications.queries import find_application_by_reference
from app.erasures.ledger import erase_again
from app.platform.command_group import CommandGroup, operator
from app.platform.database import db
from app.platform.storage.address import current_ledger
from app.platform.storage.protocol import StorageUnavailable
from app.portal.export import export_person

person = CommandGroup("person", help="Export or erase what is stored about an applicant.")


@person.command("export")
@click.argument("reference")
def export(reference: str) -> None:
    """Print everything that is stored about the person behind REFERENCE, as JSON."""
    exported = export_person(db.session(), _find(reference))
    click.echo(msgspec.json.format(msgspec.json.encode(exported), indent=2).decode())


@person.command("erase")
@click.argument("reference")
@click.confirmation_option(prompt="There is no way back. Erase this person?")
def erase(reference: str) -> None:
    """Erase the person behind REFERENCE: their key, and all that the tables hold about them."""
    try:
        erase_person(db.session(), _find(reference).id, actor=operator())
    except AlreadyErased:
        raise click.ClickException("This person has already been erased.") from None
    db.session.commit()
    click.echo("Erased. Mail and payments follow within seconds; figures remain.")


@person.command("reapply")
def reapply() -> None:
    """Erase again whoever was erased after the backup was made that this database comes from."""
    try:
        entries, erased = erase_again(db.session(), current_ledger(), actor=operator())
    except StorageUnavailable as error:
        raise click.ClickException(f"The ledger can't be read: {error}.") from None
    if not entries:
        raise click.ClickException(
            "The ledger is empty. If anybody was ever erased, UPLOADS_URL no longer leads to"
            " the same place."
        )
    click.echo(f"Entries in the ledger: {entries}. Erased again: {erased}.")


def _find(reference: str) -> Application:
    application = find_application_by_reference(db.session(), reference)
    if application is None:
        raise click.ClickException(
            f"There is no application {reference}. The queue shows each reference beneath the"
            " company's name."
        )
    return application
