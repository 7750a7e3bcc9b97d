"""Diagrams and documents that are attached to a draft, and so to its application."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

UNFINISHED = sa.text("stored_at IS NULL OR removed_at IS NOT NULL OR draft_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column(
            "reserved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('pdf', 'png')", name=op.f("ck_attachments_kind_known")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_attachments_holds_something")),
        sa.CheckConstraint(
            "removed_at IS NULL OR name = ''", name=op.f("ck_attachments_removed_has_no_name")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drafts.id"],
            name=op.f("fk_attachments_draft_id_drafts"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_draft_id"), "attachments", ["draft_id"])
    op.create_index(
        "ix_attachments_unfinished", "attachments", ["reserved_at"], postgresql_where=UNFINISHED
    )


def downgrade() -> None:
    op.drop_table("attachments")
