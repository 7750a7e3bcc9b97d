"""A member of staff."""

import secrets
import uuid
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, String, cast, literal, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model, new_id

LONGEST_EMAIL = 254  # the longest that mail servers must accept (RFC 5321)
LONGEST_NAME = 80
# Stored instead of a hash; no password matches it.
LOCKED = "none"


def new_stamp() -> str:
    return secrets.token_urlsafe(16)


class Staff(UserMixin, Model):
    """A member of staff. ``session_stamp`` is part of each of their sessions: a new stamp ends them
    all. For the second step at sign-in, ``code_secret`` is the TOTP secret in base32,
    ``last_code_step`` the time step of the last code used, and ``recovery_hashes`` are the hashes
    of the unused recovery codes."""

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
        """Whether signing in also takes a code."""
        return self.code_secret is not None

    @hybrid_property
    def is_locked(self) -> bool:
        """Whether nobody can sign in to the account."""
        return self.password_hash == LOCKED

    @hybrid_property
    def actor(self) -> str:
        """The name of this person in events."""
        return f"staff:{self.id}"

    @actor.inplace.expression
    @classmethod
    def _actor(cls) -> ColumnElement[str]:
        return literal("staff:") + cast(cls.id, String)

    def get_id(self) -> str:
        """What Flask-Login stores in the session to identify its owner."""
        return f"{self.id}:{self.session_stamp}"
