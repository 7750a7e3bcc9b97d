"""Staff can have a second step at sign-in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("staff", sa.Column("code_secret", sa.String()))
    op.add_column("staff", sa.Column("last_code_step", sa.BigInteger()))
    op.add_column(
        "staff", sa.Column("recovery_hashes", JSONB(), nullable=False, server_default="[]")
    )
    op.create_check_constraint(
        "second_step_whole", "staff", "(code_secret IS NULL) = (last_code_step IS NULL)"
    )


def downgrade() -> None:
    for column in ("recovery_hashes", "last_code_step", "code_secret"):
        op.drop_column("staff", column)
