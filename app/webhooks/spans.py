"""The spans of a webhook: each try to send it belongs to the event that it carries.

A try is waited for by a thread that knows no app, so its span is begun and ended by the courier.
"""

from app.events.spans import span_of_event
from app.http_client.sender import Answer
from app.telemetry.spans import Span
from app.webhooks.claims import Claim


def sending_span(claim: Claim) -> Span:
    """One try to send the message, from now until its answer is told."""
    return span_of_event(
        claim.event_id,
        claim.correlation_id,
        f"send webhook {claim.event_type}",
        {
            "messaging.operation.type": "send",
            "messaging.system": "webhook",
            "http.request.method": "POST",
            "cloudevents.event_id": str(claim.event_id),
            "cloudevents.event_type": claim.event_type,
            "webhook.endpoint_id": str(claim.endpoint_id),
            "webhook.attempt": claim.tries,
        },
    )


def tell_answer(sending: Span, answer: Answer) -> None:
    """What the server said, or why it said nothing; the span ends with it."""
    if answer.status:
        sending.describe({"http.response.status_code": answer.status})
    if not answer.is_delivered:
        sending.fail(answer.error or str(answer.status))
    sending.end()
