"""What the scheduler runs, and how often: the sweep, and what is done each night."""

from typing import Any

from celery import Task
from celery.schedules import crontab

from app.applications.drafts.tasks import end_drafts
from app.attachments.tasks import sweep_orphans
from app.background.sweep import sweep
from app.events.tasks import count_deliveries, prune_old_tries, release_canary, sign_checkpoint
from app.payments.tasks import reconcile_payments
from app.review.queue.tasks import plan_morning
from app.screening.tasks import forget_old_origins
from app.webhooks.tasks import forget_old_messages
from config import Config

EXPIRES_SECONDS = 60
DAILY = crontab(hour=0, minute=10)


def beat_schedule(config: Config) -> dict[str, dict[str, Any]]:
    """The schedule in Celery's form."""
    return {
        "sweep": _each(config.SWEEP_SECONDS, sweep),
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
