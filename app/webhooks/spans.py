"""The spans of a webhook: each try to send it belongs to the event that it carries.

The thread that waits for the answer has no app context, so the courier begins and ends the span.
"""

from app.events.spans import span_of_event
from app.platform.http_client.sender import Answer
from app.platform.telemetry.spans import Span
from app.webhooks.claims import Claim


def sending_span(claim: Claim) -> Span:
    """The span of one try to send the message, from now until `end_with_answer`."""
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


def end_with_answer(sending: Span, answer: Answer) -> None:
    """Add what the server answered, or why it did not, and end the span."""
    if answer.status:
        sending.describe({"http.response.status_code": answer.status})
    if not answer.is_delivered:
        sending.fail(answer.error or str(answer.status))
    sending.end()
