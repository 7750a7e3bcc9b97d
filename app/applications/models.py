"""A draft while it is written, the application that it becomes, and commands from elsewhere."""

import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model, new_id

# For statements that look a draft up by its id. With IS NULL, Postgres may believe the index of the
# unsent drafts to be nearly empty, and read all of that instead.
UNSENT: Final = "num_nulls(submitted_at) = 1"


class Draft(Model):
    """A form that is being filled in. ``version`` counts its saves; ``complete_steps`` are the
    steps whose page accepted its answers, which other steps' answers can still make incomplete (see
    `drafts.progress`); ``step_saves`` is the id of each step's last save, ``step_seconds`` the time
    spent on each. A submitted draft is sealed; its id is the application's idempotency key."""

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

    # A page is saved every few seconds while it is typed. With room beside it, with its answers in
    # the row, and with no index of a column that a save changes, the row is rewritten in its place.
    __table_args__ = (
        Index("ix_drafts_unsent", "started_at", postgresql_where=text("submitted_at IS NULL")),
        {"postgresql_with": {"fillfactor": 50, "toast_tuple_target": 8160}},
    )


class StoredQuestionnaire(Model):
    """The questions of one version, first asked at ``first_asked_at``."""

    __tablename__ = "questionnaires"

    version: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    first_asked_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


# The statuses that wait for a verdict. A held application waits to be released or dismissed first.
OPEN = ("submitted", "more_requested")
UNDECIDED = (*OPEN, "held")
# The prospect had the last word, held or not.
AWAITS_ANSWER = ("submitted", "held")


class Application(Model):
    """What a prospect sent, and its status: submitted ⇄ more_requested, then accepted or declined
    by staff, or withdrawn by the prospect. An accepted one is taken_back if staff take their offer
    back before the client agrees. The answers never change after the submission.
    ``language`` (ISO 639-1) is the one that the form was sent in; letters to the prospect use it.

    An application that screening held, for its ``signals``, begins as held. Staff release it
    (submitted) or dismiss it, and can still release it after that.
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
            " 'taken_back', 'withdrawn')",
            name="status_known",
        ),
        CheckConstraint(
            "(status IN ('accepted', 'declined', 'taken_back')) = (decided_at IS NOT NULL)",
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
        """Whether it still waits for a final decision."""
        return self.status in OPEN and self.erased_at is None

    @property
    def is_held_back(self) -> bool:
        """Whether it goes no further unless staff release it."""
        return self.status in {"held", "dismissed"} and self.erased_at is None

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for a decision, held or not, so that the prospect can withdraw it."""
        return self.status in UNDECIDED and self.erased_at is None

    @property
    def standing(self) -> str:
        """Its status as staff see it: "erased" if it was erased before a verdict, while a verdict
        that was given remains known."""
        return "erased" if self.erased_at and self.status in UNDECIDED else self.status

    @property
    def title(self) -> str:
        """The name that staff see for it."""
        return self.company if self.erased_at is None else "Erased"


class TakenCommand(Model):
    """A command from another site's form that became an application: its CloudEvents source and id,
    which are taken once. It is kept as long as the application, because a topic that is read again
    from its beginning repeats commands of any age. ``taken_at`` is for people; the site does not
    read it.
    """

    __tablename__ = "taken_commands"

    source: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"))
    taken_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class IntakePartition(Model):
    """Where the intake stands in one partition: see `intake.standing`. ``last_refused`` is the
    offset of the last command that went to the dead letters."""

    __tablename__ = "intake_partitions"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lag: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    last_refused: Mapped[int | None] = mapped_column(BigInteger)
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
