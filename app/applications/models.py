"""A draft while it is written, the application that it becomes, and commands from elsewhere."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, new_id


class Draft(Model):
    """A form that is being filled in. ``version`` counts its saves; ``complete_steps`` are the
    steps whose answers were accepted, ``step_saves`` the id of each step's last save,
    ``step_seconds`` the time spent on each. A submitted draft is sealed: it is the application's
    key."""

    __tablename__ = "drafts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    resume_token: Mapped[str] = mapped_column(unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    complete_steps: Mapped[list[str]] = mapped_column(default=list)
    step_saves: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    step_seconds: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    questions_version: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    version: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    saved_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    submitted_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_drafts_unsent", "saved_at", postgresql_where=text("submitted_at IS NULL")),
    )


class StoredQuestionnaire(Model):
    """The questions of one version, as somebody was asked them from ``first_asked_at`` on."""

    __tablename__ = "questionnaires"

    version: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    first_asked_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


# The statuses that wait for a verdict; before one, what is held waits for a look.
OPEN = ("submitted", "more_requested")
UNDECIDED = (*OPEN, "held")
# The prospect had the last word, held or not.
AWAITS_ANSWER = ("submitted", "held")


class Application(Model):
    """What a prospect sent, and where it stands: submitted ⇄ more_requested, then accepted or
    declined by staff, or withdrawn by the prospect. The answers never change after the submission.
    ``language`` (ISO 639-1) is the one that it was sent in, and that its letters are in.

    One that screening held, for its ``signals``, begins as held; staff release it (submitted) or
    dismiss it, and may release it even then.
    """

    __tablename__ = "applications"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("drafts.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    access_token: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(server_default="submitted")
    version: Mapped[int] = mapped_column(server_default="1")
    name: Mapped[str]
    email: Mapped[str]
    company: Mapped[str]
    answers: Mapped[dict[str, Any]]
    questions_version: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    submitted_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    signals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    decided_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "status IN ('submitted', 'held', 'dismissed', 'more_requested', 'accepted', 'declined',"
            " 'withdrawn')",
            name="status_known",
        ),
        CheckConstraint(
            "(status IN ('accepted', 'declined')) = (decided_at IS NOT NULL)",
            name="decided_has_its_time",
        ),
        CheckConstraint(
            "status NOT IN ('held', 'dismissed') OR signals <> '{}'", name="held_for_a_reason"
        ),
        Index("ix_applications_email", text("lower(email)")),
        Index("ix_applications_company", text("lower(company)")),
        Index("ix_applications_problem", text("md5(answers ->> 'problem')"), "submitted_at"),
    )

    @property
    def is_open(self) -> bool:
        """It still waits for a final decision."""
        return self.status in OPEN and self.erased_at is None

    @property
    def is_held_back(self) -> bool:
        """It goes no further unless staff release it."""
        return self.status in {"held", "dismissed"} and self.erased_at is None

    @property
    def is_undecided(self) -> bool:
        """It waits for a decision, held or not: the prospect can take it back."""
        return self.status in UNDECIDED and self.erased_at is None

    @property
    def standing(self) -> str:
        """Its status to staff, or "erased" where that came before a verdict: one that was given
        stays known."""
        return "erased" if self.erased_at and self.status in UNDECIDED else self.status

    @property
    def title(self) -> str:
        """What staff know it by."""
        return self.company if self.erased_at is None else "Erased"


class TakenCommand(Model):
    """A command of another site's form that became an application: its CloudEvents source and id,
    which are taken once. It is kept as long as the application: who reads a topic from its
    beginning again gets commands of any age. ``taken_at`` is for people; the site does not read it.
    """

    __tablename__ = "taken_commands"

    source: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"))
    taken_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
