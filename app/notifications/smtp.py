"""The mail server's side: one conversation for each mail.

What fails before the first mail is spoken of (connection, greeting, TLS, login) fails for all mail,
with whatever code the server says so. Only what it answers to a mail is about that mail.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from app.host_names import ascii_host

if TYPE_CHECKING:
    from typing_extensions import Buffer

USUAL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SMTP_TIMEOUT = 10
# Between the last line of a mail and the word that it is taken, servers look for viruses. With the
# other replies it stays below the time limit of a task.
DATA_TIMEOUT = 25
# Whatever the mail is, it is answered so: the server is leaving (RFC 5321), or wants TLS or a login
# first (RFC 3207, RFC 4954).
ABOUT_ALL_MAIL = {421, 530}
# Once: it reads every certificate authority that the machine trusts. Not http_client's, on which
# httpcore notes that HTTP is to be spoken.
trust_in_authorities = cache(ssl.create_default_context)

Smtp = Callable[[EmailMessage], None]


class NotTaken(Exception):
    """The server is there, and has not taken this mail; says so as `describe_failure` does.
    ``is_for_good``: no later try can end otherwise (5xx, or an address that it can't take at all).
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(describe_failure(error))
        self.is_for_good = (code_of(error) or 500) >= 500


class Unclear(Exception):
    """The connection ended after the mail was handed over and before the server said what became of
    it: it may have arrived."""


def smtp_sender(url: str) -> Smtp:
    """What sends through the server at ``url``: smtp://, smtp+starttls:// or smtps://, with
    user:password@ where the server wants it.

    It raises NotTaken and Unclear for the mail; OSError, or ValueError for a name or password that
    can't be sent, where no mail would fare better.
    """
    address = urlsplit(url)
    host, secure = address.hostname or "localhost", address.scheme == "smtps"
    port = address.port or USUAL_PORTS[address.scheme]
    context = None if address.scheme == "smtp" else trust_in_authorities()
    connect = partial(_OverTls, context=context) if secure else _Plain

    def send(message: EmailMessage) -> None:
        server = connect(host, port, timeout=SMTP_TIMEOUT)
        try:
            if address.scheme == "smtp+starttls":
                server.starttls(context=context)
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.ehlo_or_helo_if_needed()
            with about_this_mail():
                server.send_message(message)
        except OSError as error:
            if server.hands_over and code_of(error) is None:
                raise Unclear(describe_failure(error)) from error
            raise
        finally:
            # A mail that was taken stays taken, however the server says goodbye.
            with suppress(OSError):
                server.quit()

    return send


class _Plain(smtplib.SMTP):
    """Knows from when on a mail is out of our hands."""

    hands_over = False

    def data(self, msg: "Buffer | str") -> tuple[int, bytes]:
        self.hands_over = True
        if self.sock:
            self.sock.settimeout(DATA_TIMEOUT)
        return super().data(msg)


class _OverTls(_Plain, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte on."""


@contextmanager
def about_this_mail() -> Iterator[None]:
    """Raise NotTaken for an answer to the mail, and for what no mail can hold."""
    try:
        yield
    except (
        smtplib.SMTPResponseException,
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPNotSupportedError,
        ValueError,
    ) as error:
        if code_of(error) in ABOUT_ALL_MAIL:
            raise
        raise NotTaken(error) from error


def deliverable(mailbox: str) -> str:
    """The address, or the name with one, with its domain in the letters that every mail server
    takes: few know what to do with another (SMTPUTF8). Raises ValueError where it has no such name.
    """
    before, at, behind = mailbox.rpartition("@")
    domain = behind.removesuffix(">")
    return f"{before}{at}{ascii_host(domain)}{behind[len(domain) :]}"


def describe_failure(error: Exception) -> str:
    """The kind of failure and the server's code, without the addresses that it quotes."""
    code = code_of(error)
    return f"{type(error).__name__}{f' ({code})' if code else ''}"


def code_of(error: Exception) -> int | None:
    """The server's answer, where there is one. A mail has one recipient."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
