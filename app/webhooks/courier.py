"""Sending what is due, to many endpoints side by side.

Threads wait for the servers. Only the courier itself uses the database, with no transaction open
while it waits. An endpoint's messages are not kept in order.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from sqlalchemy.orm import Session

from app.platform.http_client.sender import Answer, Request
from app.platform.telemetry.spans import Span
from app.webhooks.claims import Claim, claim_due, note_answer
from app.webhooks.spans import end_with_answer, sending_span

MOST_IN_FLIGHT = 16
LOOK_AGAIN_SECONDS = 0.25


def send_due_messages(
    session: Session, post: Callable[[Request], Answer], base_url: str, *, seconds: float
) -> None:
    """Claim and send what is due, or falls due within ``seconds``, until nothing is on its way.

    Only one courier may be at work at a time.
    """
    until = time.monotonic() + seconds
    in_flight: dict[Future[Answer], tuple[Claim, Span]] = {}
    with ThreadPoolExecutor(MOST_IN_FLIGHT, thread_name_prefix="webhooks") as threads:
        while True:
            free = MOST_IN_FLIGHT - len(in_flight)
            if free and time.monotonic() < until:
                for claim in claim_due(session, base_url, most=free):
                    sending = sending_span(claim)
                    in_flight[threads.submit(post, claim.request)] = claim, sending
            if not in_flight:
                return
            done, _ = wait(in_flight, timeout=LOOK_AGAIN_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                claim, sending = in_flight.pop(future)
                end_with_answer(sending, future.result())
                note_answer(session, claim, future.result())
