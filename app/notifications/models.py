"""The mail outbox."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.outbox.models import OutboxRow, outbox_rules
from app.platform.database import Model


class MailMessage(OutboxRow, Model):
    """One mail to one recipient. ``key`` (event, template, recipient) makes it unique; the
    Message-ID is fixed with the row, so that a repeat is recognisable. It fails after too many
    ``refusals`` (the server answered 5xx) or ``unclear_tries`` (it may have arrived)."""

    __tablename__ = "mail_messages"
    __table_args__ = (
        *outbox_rules(__tablename__),
        # A draft's mail is found by the ids of the draft's events, with which its keys begin.
        Index(
            "ix_mail_messages_event",
            text("split_part(key, ':', 1)"),
            postgresql_where=text("application_id IS NULL"),
        ),
    )

    key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    message_id: Mapped[str]
    refusals: Mapped[int] = mapped_column(server_default="0")
    unclear_tries: Mapped[int] = mapped_column(server_default="0")
