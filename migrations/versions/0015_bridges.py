"""The place of each bridge in the log, and the commands that were taken in from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "bridges",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        _time("not_before", server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.String()),
        _time("sent_at"),
        sa.Column("passed_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_passed_over", sa.String()),
        _time("paused_at"),
        _time("opened_at", server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bridges")),
        sa.CheckConstraint(
            "(failures > 0) = (last_error IS NOT NULL)",
            name=op.f("ck_bridges_failing_has_its_error"),
        ),
        sa.CheckConstraint(
            "(passed_over > 0) = (last_passed_over IS NOT NULL)",
            name=op.f("ck_bridges_passed_over_is_told"),
        ),
    )
    op.create_table(
        "taken_commands",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        _time("taken_at", server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name=op.f("pk_taken_commands")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_taken_commands_application_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("taken_commands")
    op.drop_table("bridges")


def _time(name: str, **options: object) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), **options)
