"""The Celery tasks that send to the chat. They carry nothing: the table says what is due."""

import time

from celery import shared_task
from flask import current_app

from app.chat.courier import send_next_message
from app.chat.incoming_webhook import post_to
from app.chat.models import ChatMessage
from app.database import alone_at, db
from app.outbox.claims import count_due, put_back_orphans
from app.wake import wake

# With the last POST and a slow resolver it stays below the time limit of a task.
WORK_SECONDS = 15.0


def ring_courier() -> None:
    """Have a worker send what is due."""
    wake(send_messages)


@shared_task(name="chat.send", ignore_result=True)
def send_messages() -> None:
    """Send what is due, and after a while leave the worker to others first."""
    with alone_at("chat.courier") as is_alone:
        is_behind = is_alone and _send_for_a_while()
    if is_behind:
        ring_courier()


@shared_task(name="chat.sweep", ignore_result=True)
def sweep_messages() -> None:
    if _webhook() and count_due(db.session(), ChatMessage):
        ring_courier()


def _send_for_a_while() -> bool:
    """Send for ``WORK_SECONDS``; return whether there may be more. What was written before the
    setting was taken away waits until it is back."""
    if not _webhook():
        return False
    post = post_to(_webhook())
    put_back_orphans(db.session(), ChatMessage)
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until:
        if not send_next_message(db.session(), post):
            return False
    return True


def _webhook() -> str:
    address: str = current_app.config["SITE"].CHAT_WEBHOOK_URL
    return address
