"""A mail server that delivers nowhere, with a page on which each mail can be read."""

import sys
from collections.abc import Mapping
from pathlib import Path

from local.ports import HOST, Ports, answers
from local.process import Process

INBOX = "everybody@mailbox.example"
PASSWORD = "mailbox"


def mailbox(ports: Ports, *, log: Path, environ: Mapping[str, str] | None = None) -> Process:
    """SMTP without a login on ``ports.smtp``, the page on ``ports.mail_page``.

    All mail goes to one inbox, whatever its recipient, and is kept in memory: a restart empties it.
    """
    return Process(
        "mailbox",
        [
            *(sys.executable, "-m", "mail_devel", "--host", HOST),
            *("--user", INBOX, "--password", PASSWORD),
            *("--smtp-port", str(ports.smtp)),
            *("--http-port", str(ports.mail_page)),
            *("--imap-port", str(ports.imap)),
        ],
        log=log,
        environ=environ,
        ready=lambda: answers(ports.smtp) and answers(ports.mail_page),
    )
