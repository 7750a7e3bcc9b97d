"""A mail server that keeps every mail, and refuses on demand."""

from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from local.ports import HOST, free_port

TEMPORARY_REFUSAL = "451 Try again later"


class SmtpSink:
    """``mails`` are those it accepted. ``answer`` is asked for its reply to each mail, with the
    number of mails offered before; "250 OK" accepts. ``goodbye`` answers QUIT. Entering it starts
    it on ``port`` of ``host``."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.offered = 0
        self.answer: Callable[[int], str] = lambda _: "250 OK"
        self.goodbye = "221 Bye"

    def reset(self) -> None:
        """Forget every mail, and accept the next ones."""
        self.mails.clear()
        self.offered = 0
        self.answer = lambda _: "250 OK"

    def refuse_first(self, count: int, reply: str = TEMPORARY_REFUSAL) -> None:
        self.answer = lambda offered: reply if offered < count else "250 OK"

    def to(self, recipient: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == recipient]

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.answer(self.offered)
        self.offered += 1
        if reply.startswith("250"):
            parser = BytesParser(EmailMessage, policy=default)
            self.mails.append(parser.parsebytes(envelope.content))
        return reply

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.goodbye

    def start(self) -> None:
        self._controller = Controller(self, hostname=self.host, port=self.port)
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
