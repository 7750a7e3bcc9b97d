"""An offer can be taken back."""

from alembic import op

revision = "0053"
down_revision = "0052"

STATUSES = (
    "status IN ('submitted', 'held', 'dismissed', 'more_requested', 'accepted', 'declined',"
    "{} 'withdrawn')"
)
DECIDED = "(status IN ('accepted', 'declined'{})) = (decided_at IS NOT NULL)"


def upgrade() -> None:
    replace_checks(" 'taken_back',", ", 'taken_back'")


def downgrade() -> None:
    # The nearest that there was: decided, and no engagement came of it.
    op.execute("UPDATE applications SET status = 'declined' WHERE status = 'taken_back'")
    replace_checks("", "")


def replace_checks(one_more: str, decided_too: str) -> None:
    for name, condition in (
        ("status_known", STATUSES.format(one_more)),
        ("decided_has_its_time", DECIDED.format(decided_too)),
    ):
        op.drop_constraint(op.f(f"ck_applications_{name}"), "applications")
        op.create_check_constraint(name, "applications", condition)
