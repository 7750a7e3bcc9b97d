"""Talking to the mail server: one conversation for each mail.

What fails before the mail is mentioned (connection, greeting, TLS, login) concerns all mail,
whatever code the server replies with. Only a reply to the mail itself is about that mail.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from app.platform.host_names import ascii_host

if TYPE_CHECKING:
    from typing_extensions import Buffer

USUAL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SMTP_TIMEOUT = 10
# Servers scan for viruses between the last line of a mail and their reply. Together with the waits
# for other replies this stays below a task's time limit.
DATA_TIMEOUT = 25
# Replies that do not depend on the mail: the server is shutting down (RFC 5321), or requires TLS or
# a login first (RFC 3207, RFC 4954).
ABOUT_ALL_MAIL = {421, 530}
# Cached, as it reads every certificate authority that the machine trusts. Not shared with
# http_client, whose context httpcore sets up for HTTP.
trust_in_authorities = cache(ssl.create_default_context)

Smtp = Callable[[EmailMessage], None]


class NotTaken(Exception):
    """The server works but did not take this mail. The text is that of `describe_failure`.
    ``is_for_good`` means that no retry can succeed (5xx, or an address that can't be sent to).
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(describe_failure(error))
        self.is_for_good = (code_of(error) or 500) >= 500


class Unclear(Exception):
    """The connection ended after the mail was handed over and before the server replied: it may
    have arrived."""


def smtp_sender(url: str) -> Smtp:
    """Return a function that sends through the server at ``url``: smtp://, smtp+starttls:// or
    smtps://, with user:password@ if the server requires a login.

    It raises NotTaken and Unclear if the trouble is with the mail. Otherwise, when no other mail
    would succeed either, it raises OSError, or ValueError for a user or password that can't be
    sent.
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
            # If the server has taken the mail, a failing QUIT does not matter.
            with suppress(OSError):
                server.quit()

    return send


class _Plain(smtplib.SMTP):
    """An SMTP connection that knows when it begins to hand over the mail."""

    hands_over = False

    def data(self, msg: "Buffer | str") -> tuple[int, bytes]:
        self.hands_over = True
        if self.sock:
            self.sock.settimeout(DATA_TIMEOUT)
        return super().data(msg)


class _OverTls(_Plain, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


@contextmanager
def about_this_mail() -> Iterator[None]:
    """Raise NotTaken for a reply about this mail, and for values that no mail can contain."""
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
    """The mailbox, ``address`` or ``name <address>``, with its domain in ASCII, because few mail
    servers accept others (SMTPUTF8). Raises ValueError if the domain has no ASCII form.
    """
    before, at, behind = mailbox.rpartition("@")
    domain = behind.removesuffix(">")
    return f"{before}{at}{ascii_host(domain)}{behind[len(domain) :]}"


def describe_failure(error: Exception) -> str:
    """The kind of failure and the server's code, without its text, which may quote addresses."""
    code = code_of(error)
    return f"{type(error).__name__}{f' ({code})' if code else ''}"


def code_of(error: Exception) -> int | None:
    """The server's reply code, if there is one. Each mail has one recipient."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
