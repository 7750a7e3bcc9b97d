"""Letters to a prospect, in the order in which they may come.

Letters of a dialogue keep the same subject each time, because some mail programs thread by nothing
else.
"""

from datetime import date

from flask_babel import gettext

from app.applications.events import ApplicationDeclined, MoreRequested
from app.applications.models import Application, Draft
from app.applications.promise import Promise
from app.notifications.letters.letter import Letter, in_their_language, paragraphs_of
from app.notifications.letters.links import CONVERSATION, link_to, status_page
from app.platform.database import utc_now
from app.platform.settings import current_config
from app.web.deadline import deadline, explained
from app.web.rendering import plain_date


@in_their_language
def resume_link(draft: Draft) -> Letter:
    return Letter(
        template="resume_link",
        subject=gettext("Your application, where you left it"),
        paragraphs=(
            gettext(
                "You asked for a link back to your application. What you typed is kept until"
                " %(days)s days after your last change.",
                days=current_config().DRAFT_DAYS,
            ),
        ),
        action=(
            gettext("Continue your application"),
            link_to("resume_link.ask", token=draft.resume_token),
        ),
        closing=(gettext("The link opens your answers, so keep it to yourself."),),
    )


@in_their_language
def draft_expiring(draft: Draft, ends_on: date) -> Letter:
    return Letter(
        template="draft_expiring",
        subject=gettext("Your application is not sent yet"),
        paragraphs=(
            gettext(
                "You started an application with us and have not sent it. We keep what you typed"
                " until %(day)s, then we delete it.",
                day=plain_date(ends_on),
            ),
        ),
        action=(
            gettext("Continue your application"),
            link_to("resume_link.ask", token=draft.resume_token),
        ),
        closing=(
            gettext(
                "If you don’t need it any more, there is nothing to do. The link opens your"
                " answers, so keep it to yourself."
            ),
        ),
    )


@in_their_language
def received(application: Application, promise: Promise | None) -> Letter:
    """The receipt of an application. ``promise`` is the answer that they wait for, if any."""
    return Letter(
        template="received",
        subject=gettext(
            "We have your application (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "Your application for %(company)s is stored under %(reference)s.",
                company=application.company,
                reference=application.reference,
            ),
            *((_answer_promised(promise),) if promise else ()),
        ),
        action=(gettext("See where it stands"), status_page(application)),
        closing=(gettext("The link opens your page without a password, so keep it to yourself."),),
    )


@in_their_language
def page_link(application: Application, *, is_new: bool) -> Letter:
    """The link to their page."""
    because = (
        gettext(
            "The link to your application’s page has been replaced. The one in earlier emails no"
            " longer works; this is the new one."
        )
        if is_new
        else gettext(
            "You asked for the link to the page of your application for %(company)s, sent on"
            " %(day)s. If that was not you, you need do nothing: the link was sent only to you.",
            company=application.company,
            day=plain_date(application.submitted_at),
        )
    )
    return Letter(
        template="page_link",
        subject=gettext(
            "The link to your application (%(reference)s)", reference=application.reference
        ),
        paragraphs=(gettext("Dear %(name)s,", name=application.name), because),
        action=(gettext("Your page"), status_page(application)),
        closing=(gettext("The link opens your page without a password, so keep it to yourself."),),
    )


@in_their_language
def message_from_staff(application: Application, text: str, *, by: str) -> Letter:
    """A message; ``by`` is the name of its writer."""
    return Letter(
        template="message_from_staff",
        subject=gettext(
            "Message about your application (%(reference)s)", reference=application.reference
        ),
        paragraphs=(gettext("Dear %(name)s,", name=application.name), *paragraphs_of(text)),
        action=(gettext("Reply on your page"), status_page(application, part=CONVERSATION)),
        signed_by=by,
    )


@in_their_language
def more_requested(application: Application, verdict: MoreRequested) -> Letter:
    return Letter(
        template="more_requested",
        subject=gettext(
            "A question about your application (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext("Before we decide, we would like to know more:"),
            *paragraphs_of(verdict.message),
        ),
        action=(gettext("Answer on your page"), status_page(application)),
    )


@in_their_language
def declined(application: Application, verdict: ApplicationDeclined) -> Letter:
    answer = gettext(
        "We have read your application for %(company)s and will not take it on.",
        company=application.company,
    )
    thanks = gettext("Thank you for the time you gave it.")
    return Letter(
        template="declined",
        subject=gettext("About your application (%(reference)s)", reference=application.reference),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            f"{answer} {thanks}",
            *paragraphs_of(verdict.message),
        ),
        action=(gettext("Your page"), status_page(application)),
    )


@in_their_language
def withdrawal_confirmed(application: Application) -> Letter:
    """The receipt of a withdrawal. It asks for a reply if somebody else pressed the button."""
    return Letter(
        template="withdrawal_confirmed",
        subject=gettext(
            "You have withdrawn your application (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "Your application for %(company)s is withdrawn, as you asked on your page. It will"
                " be neither read nor decided. If that was not you, reply to this email.",
                company=application.company,
            ),
        ),
        action=(gettext("Your page"), status_page(application)),
    )


def _answer_promised(promise: Promise) -> str:
    """When they will have an answer; no time if that is already past, as it may be after a hold."""
    if promise.due_at <= utc_now():
        return gettext("A person reads it and answers.")
    answer = gettext(
        "You will have an answer from a person within one working day, by %(time)s.",
        time=deadline(promise.due_at),
    )
    return explained(answer, promise.given_at, promise.due_at)
