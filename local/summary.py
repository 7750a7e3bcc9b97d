"""What `make run` says once the site is up."""

import shlex
import sys
from pathlib import Path

from config import ROOT
from local.ports import HOST, Ports
from local.state import State

LINK_WIDTH = 34


def summarise(ports: Ports, state: State, staff_email: str, first_password: str | None) -> str:
    """Where everything is, and how to sign in; ``first_password`` only if it was just made."""
    site = f"http://{HOST}:{ports.web}"
    places = [
        ("Site", f"{site}/", "what a prospect sees"),
        ("Staff", f"{site}/staff/", "the queue and the decisions"),
        ("Mailbox", f"http://{HOST}:{ports.mail_page}/", "every mail that the site sends"),
        ("Stripe", f"http://{HOST}:{ports.stripe}/", "a stand-in; the site links to its pages"),
    ]
    lines = ["", "The site is running.", ""]
    lines += [f"  {name:<9}{link:<{LINK_WIDTH}}{what}" for name, link, what in places]
    if first_password:
        login = [staff_email, first_password]
        lines += ["", "  First staff login, shown only now:", *(f"    {part}" for part in login)]
    lines += [
        "",
        "  A new password for staff:",
        f"    {new_password_command(state, staff_email)}",
        "",
        f"  Data and settings are in {state.directory},",
        f"  logs in {state.logs}. Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def new_password_command(state: State, staff_email: str) -> str:
    """The command to type in the project's folder, whatever is on the path there."""
    flask = Path(sys.executable).with_name("flask")
    program = flask.relative_to(ROOT) if flask.is_relative_to(ROOT) else flask
    here = state.directory == ROOT / "var"
    where = "" if here else f"VAR_DIR={shlex.quote(str(state.directory))} "
    return where + shlex.join([str(program), "staff", "password", staff_email])
