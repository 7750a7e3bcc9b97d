"""Submissions are counted by their origin in the database, for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "submission_origins",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True)),
        sa.Column("origin", sa.LargeBinary, nullable=False),
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_origins")),
    )
    op.create_index(
        "ix_submission_origins_counted", "submission_origins", ["origin", "submitted_at"]
    )


def downgrade() -> None:
    op.drop_table("submission_origins")
