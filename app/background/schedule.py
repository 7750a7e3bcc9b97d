"""What the scheduler runs, and how often: the sweeps, and what is done each night."""

from typing import Any

from celery import Task
from celery.schedules import crontab

from app.applications.drafts.tasks import end_drafts
from app.attachments.tasks import sweep_orphans, sweep_removed
from app.bridges.tasks import sweep_bridges
from app.chat.tasks import sweep_messages
from app.erasures.tasks import enter_in_ledger
from app.events.tasks import (
    count_deliveries,
    prune_old_tries,
    record_due_events,
    release_canary,
    sign_checkpoint,
    sweep_deliveries,
)
from app.notifications.tasks import sweep_mail
from app.operations.replay.tasks import move_replays_on
from app.payments.tasks import reconcile_payments
from app.review.queue.tasks import plan_morning
from app.screening.tasks import forget_old_origins
from app.webhooks.tasks import forget_old_messages, sweep_webhooks
from config import Config

EXPIRES_SECONDS = 60
DAILY = crontab(hour=0, minute=10)


def beat_schedule(config: Config) -> dict[str, dict[str, Any]]:
    """The schedule in Celery's form."""
    return {
        "sweep-deliveries": _each(config.SWEEP_SECONDS, sweep_deliveries),
        "sweep-mail": _each(config.SWEEP_SECONDS, sweep_mail),
        "sweep-chat": _each(config.SWEEP_SECONDS, sweep_messages),
        "sweep-webhooks": _each(config.SWEEP_SECONDS, sweep_webhooks),
        "sweep-bridges": _each(config.SWEEP_SECONDS, sweep_bridges),
        "record-due-events": _each(config.SWEEP_SECONDS, record_due_events),
        "advance-replays": _each(config.SWEEP_SECONDS, move_replays_on),
        "sweep-attachments": _each(config.SWEEP_SECONDS, sweep_removed),
        "enter-erasures": _each(config.SWEEP_SECONDS, enter_in_ledger),
        "release-canary": _each(config.CANARY_SECONDS, release_canary),
        "reconcile-payments": _each(600, reconcile_payments),
        "plan-morning": _each(3600, plan_morning),
        "end-drafts": _each(3600, end_drafts),
        "forget-origins": _each(3600, forget_old_origins),
        "count-deliveries": _each(60, count_deliveries),
        "prune-tries": {"task": prune_old_tries.name, "schedule": DAILY},
        "forget-webhooks": {"task": forget_old_messages.name, "schedule": DAILY},
        "sweep-orphans": {"task": sweep_orphans.name, "schedule": DAILY},
        "sign-checkpoint": {"task": sign_checkpoint.name, "schedule": DAILY},
    }


def _each(seconds: float, task: Task) -> dict[str, Any]:
    """Beat's entry for a task. Old ones expire, so that they don't pile up while no worker runs."""
    return {"task": task.name, "schedule": seconds, "options": {"expires": EXPIRES_SECONDS}}
