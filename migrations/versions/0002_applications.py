"""Drafts, and the applications that they become."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("resume_token", sa.String(), nullable=False, unique=True),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("complete_steps", JSONB(), nullable=False),
        sa.Column("questions_version", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column(
            "saved_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("draft_id", sa.Uuid(), sa.ForeignKey("drafts.id"), nullable=False, unique=True),
        sa.Column("reference", sa.String(), nullable=False, unique=True),
        sa.Column("access_token", sa.String(), nullable=False, unique=True),
        sa.Column("status", sa.String(), nullable=False, server_default="submitted"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("questions_version", sa.String(), nullable=False),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('accepted', 'declined')) = (decided_at IS NOT NULL)",
            name="decided_has_its_time",
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'more_requested', 'accepted', 'declined')", name="status_known"
        ),
    )
    op.create_index("ix_applications_submitted_at", "applications", ["submitted_at", "id"])


def downgrade() -> None:
    op.drop_table("applications")
    op.drop_table("drafts")
