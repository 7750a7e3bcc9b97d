"""A mail server that keeps every mail, and refuses mails or connections on demand."""

import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from local.ports import HOST, free_port

TEMPORARY_REFUSAL = "451 Try again later"


class SmtpSink:
    """The server. ``mails`` are those it accepted. ``answer`` returns its reply to each mail, given
    the number of mails offered before; "250 OK" accepts. ``turns_away``, if set, is the greeting
    after which it hangs up; with ``hangs_up`` it ends the connection after a mail without a reply;
    ``password`` is the one to log in with; ``goodbye`` is the reply to QUIT. With ``tls`` it offers
    STARTTLS. Entering it starts it on ``port`` of ``host``."""

    def __init__(self, host: str = HOST, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = free_port()
        self.tls = tls
        self.mails: list[EmailMessage] = []
        self.offered = 0
        self.answer: Callable[[int], str] = lambda _: "250 OK"
        self.turns_away = ""
        self.hangs_up = False
        self.password = "secret"
        self.goodbye = "221 Bye"

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def reset(self) -> None:
        """Forget all mail, and accept mail again."""
        self.mails.clear()
        self.offered = 0
        self.answer = lambda _: "250 OK"

    def refuse_first(self, count: int, reply: str = TEMPORARY_REFUSAL) -> None:
        self.answer = lambda offered: reply if offered < count else "250 OK"

    def to(self, recipient: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == recipient]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.answer(self.offered)
        self.offered += 1
        if reply.startswith("250"):
            parser = BytesParser(EmailMessage, policy=default)
            self.mails.append(parser.parsebytes(envelope.content))
        if self.hangs_up:
            server.transport.abort()
        return reply

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.goodbye

    def let_in(self, server: SMTP, session: Any, envelope: Any, way: str, login: Any) -> AuthResult:
        is_known = isinstance(login, LoginPassword) and login.password.decode() == self.password
        return AuthResult(success=is_known, handled=False)

    def start(self) -> None:
        self._controller = _Controller(
            self,
            hostname=self.host,
            port=self.port,
            tls_context=self.tls,
            authenticator=self.let_in,
            auth_require_tls=False,
        )
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def __enter__(self) -> "SmtpSink":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


class _Server(SMTP):
    async def _handle_client(self) -> None:
        if not self.event_handler.turns_away:
            await super()._handle_client()
            return
        await self.push(self.event_handler.turns_away)
        assert self.transport
        self.transport.close()
