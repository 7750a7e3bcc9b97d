"""What `make run` says once the site is up."""

from local.ports import HOST, Ports
from local.state import State

LINK_WIDTH = 34


def summarise(ports: Ports, state: State, first_login: tuple[str, str] | None) -> str:
    """Where everything is; ``first_login`` is an email and a password, only when just made."""
    site = f"http://{HOST}:{ports.web}"
    places = [
        ("Site", f"{site}/", "what a prospect sees"),
        ("Staff", f"{site}/staff/", "the queue and the decisions"),
        ("Mailbox", f"http://{HOST}:{ports.mail_page}/", "every mail that the site sends"),
        ("Stripe", f"http://{HOST}:{ports.stripe}/", "a stand-in; the site links to its pages"),
    ]
    lines = ["", "The site is running.", ""]
    lines += [f"  {name:<9}{link:<{LINK_WIDTH}}{what}" for name, link, what in places]
    if first_login:
        email, password = first_login
        lines += [
            "",
            "  First staff login, shown only now (`flask staff password` makes a new password):",
            f"    {email}",
            f"    {password}",
        ]
    lines += [
        "",
        f"  Data and settings are in {state.directory},",
        f"  logs in {state.log('').parent}. Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)
