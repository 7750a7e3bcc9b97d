"""Letters to prospects about what they do on their own page, and the way to it."""

from flask_babel import gettext

from app.applications.models import Application
from app.notifications.letter import Letter, in_their_language
from app.notifications.links import status_page
from app.web.rendering import plain_date


@in_their_language
def withdrawal_confirmed(application: Application) -> Letter:
    """To the prospect: somebody else may have pressed the button on their page."""
    return Letter(
        template="withdrawal_confirmed",
        subject=gettext(
            "You have withdrawn your application %(reference)s", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "Your application for %(company)s is withdrawn, as you asked on your page. It will"
                " be neither read nor decided. If that was not you, reply to this mail.",
                company=application.company,
            ),
        ),
        action=(gettext("Your page"), status_page(application)),
    )


@in_their_language
def page_link(application: Application, *, is_new: bool) -> Letter:
    """To the prospect: the way to their page."""
    because = (
        gettext(
            "The link to the page of your application has been replaced. The one in earlier mails"
            " opens nothing any more; this is the new one."
        )
        if is_new
        else gettext(
            "You asked for the link to the page of your application for %(company)s, sent on"
            " %(day)s. If that was not you, you need do nothing: it was sent to you alone.",
            company=application.company,
            day=plain_date(application.submitted_at),
        )
    )
    return Letter(
        template="page_link",
        subject=gettext(
            "The link to your application %(reference)s", reference=application.reference
        ),
        paragraphs=(gettext("Dear %(name)s,", name=application.name), because),
        action=(gettext("Your page"), status_page(application)),
        closing=(gettext("The link opens your page without a password, so keep it to yourself."),),
    )
