"""An application can be held until somebody has looked at it, and others like it are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"

BEFORE = "status IN ('submitted', 'more_requested', 'accepted', 'declined', 'withdrawn')"
NOW = (
    "status IN ('submitted', 'held', 'dismissed', 'more_requested', 'accepted', 'declined',"
    " 'withdrawn')"
)
FOR_A_REASON = "status NOT IN ('held', 'dismissed') OR signals <> '{}'"
TABLES = ("applications", "queue_rows")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("signals", JSONB, server_default="{}", nullable=False))
    op.drop_constraint(op.f("ck_applications_status_known"), "applications")
    op.create_check_constraint("status_known", "applications", NOW)
    op.create_check_constraint("held_for_a_reason", "applications", FOR_A_REASON)
    op.create_index("ix_applications_email", "applications", [sa.text("lower(email)")])
    op.create_index("ix_applications_company", "applications", [sa.text("lower(company)")])
    problem = sa.text("md5(answers ->> 'problem')")
    op.create_index("ix_applications_problem", "applications", [problem, "submitted_at"])


def downgrade() -> None:
    for name in ("problem", "company", "email"):
        op.drop_index(f"ix_applications_{name}", "applications")
    op.drop_constraint(op.f("ck_applications_held_for_a_reason"), "applications")
    op.drop_constraint(op.f("ck_applications_status_known"), "applications")
    # Nobody is to be lost: before, there was no other place to look at them.
    op.execute("UPDATE applications SET status = 'submitted' WHERE status IN ('held', 'dismissed')")
    op.create_check_constraint("status_known", "applications", BEFORE)
    for table in TABLES:
        op.drop_column(table, "signals")
