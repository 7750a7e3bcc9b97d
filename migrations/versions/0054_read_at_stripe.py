"""Until when all that comes after a payment was read at Stripe."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.create_table(
        "stripe_reads",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def downgrade() -> None:
    op.drop_table("stripe_reads")
