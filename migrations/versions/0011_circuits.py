"""Circuit breakers, one for each service outside."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "circuits",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False, server_default="closed"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("generation", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('closed', 'open', 'half_open')", name="state_known"),
        sa.CheckConstraint("(state = 'closed') = (opened_at IS NULL)", name="open_has_its_time"),
        sa.CheckConstraint(
            "(state = 'closed') = (next_probe_at IS NULL)", name="open_has_its_probe"
        ),
    )


def downgrade() -> None:
    op.drop_table("circuits")
