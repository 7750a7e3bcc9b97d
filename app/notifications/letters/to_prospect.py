"""The letters to a prospect, in the order in which they may come.

The subjects of what goes to and fro stay the same: some mail programs put nothing else into one
thread.
"""

from datetime import date

from flask_babel import gettext

from app.applications.events import ApplicationAccepted, ApplicationDeclined, MoreRequested
from app.applications.models import Application, Draft
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, proposal_at
from app.firm.offers import current_offers
from app.languages.prose import in_present_language
from app.notifications.letters.letter import Letter, in_their_language, offer_name, paragraphs_of
from app.notifications.letters.links import CONVERSATION, link_to, status_page
from app.web.rendering import money, plain_date, price


@in_their_language
def resume_link(draft: Draft) -> Letter:
    return Letter(
        template="resume_link",
        subject=gettext("Your application, where you left it"),
        paragraphs=(
            gettext(
                "You asked for a way back into your application. Everything you typed is kept."
            ),
        ),
        action=(
            gettext("Go on with the application"),
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
                "You began an application with us and have not sent it. We keep what you typed"
                " until %(day)s, then we delete it.",
                day=plain_date(ends_on),
            ),
        ),
        action=(
            gettext("Go on with the application"),
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
def received(application: Application) -> Letter:
    return Letter(
        template="received",
        subject=gettext("We have your application %(reference)s", reference=application.reference),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "Your application for %(company)s is stored under %(reference)s. You will have an"
                " answer from a person within one working day.",
                company=application.company,
                reference=application.reference,
            ),
        ),
        action=(gettext("See where it stands"), status_page(application)),
        closing=(gettext("The link opens your page without a password, so keep it to yourself."),),
    )


@in_their_language
def page_link(application: Application, *, is_new: bool) -> Letter:
    """The way to their page."""
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


@in_their_language
def message_from_staff(application: Application, text: str) -> Letter:
    return Letter(
        template="message_from_staff",
        subject=gettext(
            "Message about your application %(reference)s", reference=application.reference
        ),
        paragraphs=(gettext("Dear %(name)s,", name=application.name), *paragraphs_of(text)),
        action=(gettext("Reply on your page"), status_page(application, part=CONVERSATION)),
    )


@in_their_language
def more_requested(application: Application, verdict: MoreRequested) -> Letter:
    return Letter(
        template="more_requested",
        subject=gettext(
            "A question about your application %(reference)s", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext("Before we decide, we would like to know more:"),
            *paragraphs_of(verdict.message),
        ),
        action=(gettext("Answer on your page"), status_page(application)),
    )


@in_their_language
def accepted(application: Application, verdict: ApplicationAccepted, quote: Quote) -> Letter:
    """``quote`` is what the reviewer was shown, in the language of the firm's data."""
    proposal = proposal_at(in_present_language(quote), current_offers())
    return Letter(
        template="accepted",
        subject=gettext(
            "We would like to work with you (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext("We have read your application and would like to take it on."),
            *paragraphs_of(verdict.message),
        ),
        facts=(
            (gettext("Engagement"), proposal.name),
            (gettext("Duration"), proposal.duration),
            (
                gettext("Price"),
                price(verdict.total_cents, verdict.currency, is_monthly=quote.is_monthly),
            ),
        ),
        action=(gettext("Read the terms and agree"), status_page(application)),
        closing=(gettext("You owe nothing until you agree on that page."),),
    )


@in_their_language
def declined(application: Application, verdict: ApplicationDeclined) -> Letter:
    return Letter(
        template="declined",
        subject=gettext("About your application %(reference)s", reference=application.reference),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "We have read your application for %(company)s and will not take it on.",
                company=application.company,
            ),
            *paragraphs_of(verdict.message),
            gettext("Thank you for the time you gave it."),
        ),
    )


@in_their_language
def withdrawal_confirmed(application: Application) -> Letter:
    """Somebody else may have pressed the button on their page."""
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
def deposit_receipt(
    application: Application, engagement: Engagement, amount_cents: int, currency: str
) -> Letter:
    """The money has arrived."""
    about = {
        "amount": money(amount_cents, currency),
        "reference": application.reference,
        "offer": offer_name(engagement),
    }
    if engagement.priced.deposit_is_first_month:
        subject = gettext("First month paid: %(amount)s (%(reference)s)", **about)
        arrived = gettext(
            "Your payment of %(amount)s for the first month has arrived, and your %(offer)s is"
            " confirmed. We will write within one working day to agree the first day.",
            **about,
        )
    else:
        subject = gettext("Deposit received: %(amount)s (%(reference)s)", **about)
        arrived = gettext(
            "Your deposit of %(amount)s has arrived, and your %(offer)s is confirmed. We will"
            " write within one working day to agree the first day.",
            **about,
        )
    return Letter(
        template="deposit_receipt",
        subject=subject,
        paragraphs=(gettext("Dear %(name)s,", name=application.name), arrived),
        action=(gettext("Your page"), status_page(application)),
    )
