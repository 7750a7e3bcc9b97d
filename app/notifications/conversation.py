"""Letters that carry what prospect and staff write to each other. Their subjects stay the same:
some mail programs put nothing else into one thread."""

from flask import url_for

from app.applications.models import Application
from app.notifications.letter import Letter, paragraphs_of


def from_prospect(application: Application, text: str) -> Letter:
    """To staff: it waits for a reply."""
    return Letter(
        template="message_from_prospect",
        subject=f"Message from {application.company} ({application.reference})",
        paragraphs=(f"{application.name} writes:", *paragraphs_of(text)),
        action=(
            "Read and reply",
            url_for(
                "review.application",
                application_id=application.id,
                _external=True,
                _anchor="conversation",
            ),
        ),
    )


def from_staff(application: Application, text: str) -> Letter:
    """To the prospect."""
    return Letter(
        template="message_from_staff",
        subject=f"Message about your application {application.reference}",
        paragraphs=(f"Dear {application.name},", *paragraphs_of(text)),
        action=(
            "Reply on your page",
            url_for(
                "portal.status",
                token=application.access_token,
                _external=True,
                _anchor="conversation",
            ),
        ),
    )
