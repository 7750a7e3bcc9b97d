"""Letters that tell staff what others are waiting for, and what has failed."""

import uuid
from collections.abc import Sequence
from datetime import time

from app.applications.models import Application
from app.circuits.names import service_name
from app.notifications.letters.letter import Letter
from app.notifications.letters.links import CONVERSATION, desk_page, link_to
from app.web.rendering import as_beginning, isolated


def answer_due(application: Application) -> Letter:
    """The promised answer to an application is due now."""
    return Letter(
        template="answer_due",
        subject=f"Answer due now: {isolated(application.company)} ({application.reference})",
        paragraphs=(
            f"{isolated(application.name)} was promised an answer for"
            f" {isolated(application.company)} within one working day. That deadline has passed,"
            " with neither a decision nor a question yet.",
        ),
        action=("Read and decide", desk_page(application)),
    )


def held(application: Application, reasons: Sequence[str]) -> Letter:
    """Screening has held an application, which waits for somebody to look at it."""
    return Letter(
        template="held",
        subject=f"Held for review: {isolated(application.company)} ({application.reference})",
        paragraphs=(
            f"An application for {isolated(application.company)} is held and goes no further by"
            " itself:",
            *reasons,
            "Release it, and it is scored and answered like any other; or dismiss it. The sender"
            " was promised an answer within one working day.",
        ),
        action=("Look at it", desk_page(application)),
    )


def reply_due(application: Application) -> Letter:
    """The promised reply to a message is due now."""
    return Letter(
        template="reply_due",
        subject=f"Reply due now: {isolated(application.company)} ({application.reference})",
        paragraphs=(
            f"{isolated(application.name)} of {isolated(application.company)} wrote to us and was"
            " promised a reply within one working day. That deadline has passed, and nobody has"
            " replied yet.",
        ),
        action=("Read and reply", desk_page(application, part=CONVERSATION)),
    )


def waiting_at_the_desk(
    *, late: int, due_today: int, to_decide: int, to_reply_to: int, held: int, until: time
) -> Letter:
    """The morning's counts of what is waiting; the working day ends at ``until``."""
    waiting = (
        (late, "late", "Answers that are late"),
        (due_today, "due today", f"Answers due today, by {until:%H:%M}"),
        (to_decide, "to decide", "To decide, in all"),
        (to_reply_to, "to reply to", "Messages to reply to"),
        (held, "held", "Held for review"),
    )
    return Letter(
        template="waiting_at_the_desk",
        subject="This morning: "
        + ", ".join(f"{count} {in_short}" for count, in_short, _ in waiting if count),
        paragraphs=("This is waiting for somebody at the desk today.",),
        facts=tuple((label, str(count)) for count, _, label in waiting if count),
        action=("Open the queue, due first", link_to("queue.index", order="due")),
    )


def service_away(name: str, failures: int, error: str) -> Letter:
    """An external service keeps failing; ``name`` is that of its circuit."""
    service = service_name(name)
    return Letter(
        template="service_away",
        subject=f"Out of reach: {service}",
        paragraphs=(
            f"{as_beginning(service)} has failed {failures} times in a row ({error}). It is left"
            " alone for a while, then tried again until it answers. Whatever needs it waits until"
            " then.",
            f"The runbook and the metrics call it “{name}”.",
        ),
        action=("Open Events", link_to("operations.events")),
    )


def webhook_disabled(endpoint_id: uuid.UUID, host: str, because: str) -> Letter:
    """A webhook endpoint was disabled and gets no more events."""
    reason = {
        "failing": "one message after another has failed, each tried for more than a day",
        "gone": "the server answered that they are no longer wanted there (410)",
    }[because]
    return Letter(
        template="webhook_disabled",
        subject=f"Webhooks to {host} are disabled",
        paragraphs=(
            f"Nothing is sent to {host} any more: {reason}. Ask whoever runs that server, then"
            " enable the endpoint again. What waited is sent then; what happens in the meantime"
            " is not.",
        ),
        action=("Open the endpoint", link_to("webhooks.endpoint", endpoint_id=endpoint_id)),
    )


def handling_failed(application: Application | None, subscriber: str, event_type: str) -> Letter:
    """A delivery has become a dead letter; if its application is open, it can still be decided."""
    if application is None:
        return Letter(
            template="handling_failed",
            subject=f"Failed for good: {subscriber}",
            paragraphs=(
                f"The step {subscriber} has failed on {event_type} each time it was tried. It can"
                " be read and replayed under Events.",
            ),
            action=("Open Events", link_to("operations.events")),
        )
    about = f"{isolated(application.title)} ({application.reference})"
    return Letter(
        template="handling_failed",
        subject=f"Not handled automatically: {about}",
        paragraphs=(
            f"For {about} the step {subscriber} has failed on {event_type} each time it was tried."
            " It can be read and replayed under Events.",
            *(["The application is complete and can be decided."] if application.is_open else []),
        ),
        action=(
            "Read and decide" if application.is_open else "Open the application",
            desk_page(application),
        ),
    )
