"""`flask staff …`: accounts, made and helped from the command line. A password is shown once."""

import click
from flask.cli import AppGroup

from app.accounts.service import (
    AlreadyStaff,
    UnknownStaff,
    add_first_staff,
    add_staff,
    reset_password,
)
from app.database import db
from app.settings import current_config

staff = AppGroup("staff", help="Accounts of the people who review.")


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
    try:
        _, password = add_staff(db.session(), email, name)
    except AlreadyStaff:
        raise click.ClickException(f"{email} has an account already.") from None
    db.session.commit()
    click.echo(password)


@staff.command("password")
@click.argument("email")
def password(email: str) -> None:
    """Give the account of EMAIL a new password, print it, and sign the account out everywhere."""
    try:
        new = reset_password(db.session(), email)
    except UnknownStaff:
        raise click.ClickException(f"Nobody has an account under {email}.") from None
    db.session.commit()
    click.echo(new)
