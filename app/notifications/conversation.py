"""Letters that carry what prospect and staff write to each other. Their subjects stay the same:
some mail programs put nothing else into one thread."""

from flask_babel import gettext

from app.applications.models import Application
from app.notifications.letter import Letter, in_their_language, paragraphs_of
from app.notifications.links import CONVERSATION, desk_page, status_page
from app.web.rendering import isolated


def from_prospect(application: Application, text: str) -> Letter:
    """To staff: it waits for a reply."""
    return Letter(
        template="message_from_prospect",
        subject=f"Message from {isolated(application.company)} ({application.reference})",
        paragraphs=(f"{isolated(application.name)} writes:", *paragraphs_of(text)),
        action=("Read and reply", desk_page(application, part=CONVERSATION)),
    )


@in_their_language
def from_staff(application: Application, text: str) -> Letter:
    """To the prospect."""
    return Letter(
        template="message_from_staff",
        subject=gettext(
            "Message about your application %(reference)s", reference=application.reference
        ),
        paragraphs=(gettext("Dear %(name)s,", name=application.name), *paragraphs_of(text)),
        action=(gettext("Reply on your page"), status_page(application, part=CONVERSATION)),
    )
