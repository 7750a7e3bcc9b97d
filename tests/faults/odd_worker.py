"""A worker whose subscribers end or stop its process at certain companies' applications."""

import os
import signal
from functools import wraps
from pathlib import Path

from sqlalchemy.orm import Session

from app import create_app
from app.events.subscription import Subscriber, init_subscriptions
from app.events.types import RecordedEvent
from app.notifications.subscribers import confirm_receipt
from app.scoring.subscribers import score_fit
from app.subscriptions import SUBSCRIPTIONS
from tests.faults.careless import POISON, SLEEPER, SLEEPING

sleeping = Path(os.environ["VAR_DIR"]) / SLEEPING


@wraps(score_fit)
def score_or_die(session: Session, submitted: RecordedEvent) -> None:
    if submitted.data.company == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    score_fit(session, submitted)


@wraps(confirm_receipt)
def confirm_after_sleep(session: Session, submitted: RecordedEvent) -> None:
    """Confirm the receipt, but the first time stop the whole process halfway."""
    if submitted.data.company == SLEEPER and not sleeping.exists():
        sleeping.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)
    confirm_receipt(session, submitted)


ODD: dict[Subscriber, Subscriber] = {score_fit: score_or_die, confirm_receipt: confirm_after_sleep}

app = create_app()
init_subscriptions(
    app,
    {event: tuple(ODD.get(one, one) for one in row) for event, row in SUBSCRIPTIONS.items()},
)
celery = app.extensions["celery"]
