"""The spans of a webhook: each try to send it belongs to the event that it carries.

A try is waited for by a thread that knows no app, so its span is begun and ended by the courier.
"""

from app.events.spans import event_context
from app.outbound.sender import Answer
from app.telemetry.spans import NO_SPAN, Span, is_collecting, span
from app.webhooks.claims import Claim


def sending_span(claim: Claim) -> Span:
    """One try to send the message, from now until its answer is told."""
    if not is_collecting():
        return NO_SPAN
    event = event_context(claim.event_id, claim.correlation_id)
    return span(
        f"send webhook {claim.event_type}",
        "client",
        {
            "messaging.operation.type": "send",
            "messaging.system": "webhook",
            "http.request.method": "POST",
            "cloudevents.event_id": str(claim.event_id),
            "cloudevents.event_type": claim.event_type,
            "webhook.endpoint_id": str(claim.endpoint_id),
            "webhook.attempt": claim.tries,
        },
        trace_id=event.trace_id,
        parent_id=event.span_id,
    )


def tell_answer(sending: Span, answer: Answer) -> None:
    """What the server said, or why it said nothing; the span ends with it."""
    if answer.status:
        sending.describe({"http.response.status_code": answer.status})
    if not answer.is_delivered:
        sending.fail(answer.error or str(answer.status))
    sending.end()
