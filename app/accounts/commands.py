"""`flask staff …`: creating and fixing accounts. A password is shown once."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app.accounts.models import LONGEST_EMAIL, LONGEST_NAME
from app.accounts.queries import all_staff
from app.accounts.second_step import turn_off
from app.accounts.service import (
    AlreadyStaff,
    UnknownStaff,
    add_first_staff,
    add_staff,
    known_staff,
    lock_account,
    reset_password,
)
from app.platform.command_group import CommandGroup
from app.platform.database import db
from app.platform.settings import current_config
from config_checks import is_mail_address

staff = CommandGroup("staff", help="Accounts of the people who review.")


@staff.command("first-login")
def first_login() -> None:
    """Make the first account, for the first address of STAFF_MAIL, and print "email password".

    Prints nothing when there is an account already.
    """
    email = current_config().staff_recipients[0]
    made = add_first_staff(db.session(), email, "First reviewer")
    db.session.commit()
    if made:
        click.echo(f"{made[0].email} {made[1]}")


@staff.command("add")
@click.argument("email")
@click.argument("name")
def add(email: str, name: str) -> None:
    """Make an account for NAME under EMAIL and print its password."""
    if not is_mail_address(email) or len(email) > LONGEST_EMAIL:
        raise click.BadParameter("it must be one email address", param_hint="EMAIL")
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        wanted = f"it must be a name, in one line of at most {LONGEST_NAME} characters"
        raise click.BadParameter(wanted, param_hint="NAME")
    try:
        _, password = add_staff(db.session(), email, name)
    except AlreadyStaff:
        raise click.ClickException(f"{email} already has an account.") from None
    db.session.commit()
    click.echo(password)


@staff.command("list")
def list_accounts() -> None:
    """List the accounts: who has one, when they last signed in, which are locked, and which ask
    for a second step."""
    everybody = all_staff(db.session())
    if not everybody:
        click.echo("Nobody has an account yet. `flask staff add EMAIL NAME` makes one.")
    for person in everybody:
        last = f"{person.last_login_at:%Y-%m-%d %H:%M} UTC" if person.last_login_at else "never"
        state = ", locked" if person.is_locked else ""
        state += ", second step" if person.has_second_step else ""
        click.echo(f"{person.email}  {person.name}  signed in: {last}{state}")


@contextmanager
def said_of_nobody(email: str) -> Iterator[None]:
    """End the command with a sentence if no account has the address."""
    try:
        yield
    except UnknownStaff:
        raise click.ClickException(f"Nobody has an account under {email}.") from None


@staff.command("lock")
@click.argument("email")
def lock(email: str) -> None:
    """Sign the account of EMAIL out everywhere and let nobody sign in to it, for example when
    somebody has left. Their name stays with what they did; `staff password` unlocks it."""
    with said_of_nobody(email):
        lock_account(db.session(), email)
    db.session.commit()
    click.echo(f"Nobody can sign in as {email} any more.")


@staff.command("password")
@click.argument("email")
def password(email: str) -> None:
    """Give the account of EMAIL a new password, print it, and sign the account out everywhere."""
    with said_of_nobody(email):
        new = reset_password(db.session(), email)
    db.session.commit()
    click.echo(new)


@staff.command("second-step-off")
@click.argument("email")
def second_step_off(email: str) -> None:
    """Turn off the second step of the account of EMAIL, for when the phone and the recovery codes
    are both lost, and sign it out everywhere."""
    with said_of_nobody(email):
        turn_off(known_staff(db.session(), email))
    db.session.commit()
    click.echo(f"{email} signs in with the password alone.")
