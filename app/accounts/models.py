"""A member of staff."""

import secrets
import uuid
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, String, cast, literal, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, new_id

LONGEST_EMAIL = 254  # what a mail server has to take (RFC 5321)
LONGEST_NAME = 80
# In place of a hash: no password has it.
LOCKED = "none"


def new_stamp() -> str:
    return secrets.token_urlsafe(16)


class Staff(UserMixin, Model):
    """A person who reviews. ``session_stamp`` is part of every session of theirs: a new one ends
    them all. Of a second step at sign-in, ``code_secret`` is what the codes are made from, in
    base32, ``last_code_step`` the half minute of the last one that was used, and
    ``recovery_hashes`` are those of the recovery codes that are left."""

    __tablename__ = "staff"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    session_stamp: Mapped[str] = mapped_column(default=new_stamp)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    last_login_at: Mapped[datetime | None]
    code_secret: Mapped[str | None]
    last_code_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))

    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        CheckConstraint(
            "(code_secret IS NULL) = (last_code_step IS NULL)", name="second_step_whole"
        ),
    )

    @property
    def has_second_step(self) -> bool:
        """Their password alone lets nobody in."""
        return self.code_secret is not None

    @hybrid_property
    def is_locked(self) -> bool:
        """Nobody can sign in to the account."""
        return self.password_hash == LOCKED

    @hybrid_property
    def actor(self) -> str:
        """How events name this person."""
        return f"staff:{self.id}"

    @actor.inplace.expression
    @classmethod
    def _actor(cls) -> ColumnElement[str]:
        return literal("staff:") + cast(cls.id, String)

    def get_id(self) -> str:
        """What a session holds of its owner, as Flask-Login asks for it."""
        return f"{self.id}:{self.session_stamp}"
