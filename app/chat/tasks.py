"""The Celery tasks that send to the chat. They carry nothing: the table says what is due."""

from celery import shared_task

from app.background.wake import wake
from app.chat.courier import send_next_message
from app.chat.incoming_webhook import post_to
from app.chat.models import ChatMessage
from app.chat.queries import has_channel
from app.outbox.claims import count_due
from app.outbox.sending import send_for_a_while
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.settings import current_config


def ring_courier() -> None:
    """Ask a worker to send what is due."""
    wake(send_messages)


@shared_task(name="chat.send", ignore_result=True)
def send_messages() -> None:
    """Send what is due; after a while, queue again behind the worker's other tasks."""
    with alone_at("chat.courier") as is_alone:
        is_behind = is_alone and _send()
    if is_behind:
        ring_courier()


@shared_task(name="chat.sweep", ignore_result=True)
def sweep_messages() -> None:
    if has_channel() and count_due(db.session(), ChatMessage):
        ring_courier()


def _send() -> bool:
    """Send for a while; return whether there may be more. What was queued before the setting was
    removed waits until it is back."""
    if not has_channel():
        return False
    post = post_to(current_config().CHAT_WEBHOOK_URL)
    return send_for_a_while(
        db.session(), ChatMessage, lambda: send_next_message(db.session(), post)
    )
