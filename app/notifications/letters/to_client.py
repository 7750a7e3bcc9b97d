"""Letters to a prospect about the engagement: the offer, the contract, the deposit."""

from datetime import datetime

from flask_babel import gettext

from app.applications.events import ApplicationAccepted, OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.promise import deadline_after
from app.applications.queries import Terms
from app.engagements.models import Engagement
from app.engagements.pricing import Proposal, Quote, proposal_at
from app.engagements.queries import engagement_name, quote_as_read, terms_in_short
from app.firm.offers import current_offers
from app.notifications.letters.letter import Letter, in_their_language, paragraphs_of
from app.notifications.letters.links import agreement_page, status_page
from app.platform.database import utc_now
from app.platform.languages.prose import in_present_language
from app.web.deadline import deadline, explained
from app.web.rendering import money, price


@in_their_language
def accepted(application: Application, verdict: ApplicationAccepted, quote: Quote) -> Letter:
    """The offer. ``quote`` is what the reviewer was shown, in the source language."""
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
        facts=_in_short(
            proposal, price(verdict.total_cents, verdict.currency, is_monthly=quote.is_monthly)
        ),
        action=(gettext("Read the terms and agree"), status_page(application)),
        closing=(gettext("You owe nothing until you agree on that page."),),
    )


@in_their_language
def offer_changed(
    application: Application, verdict: OfferChanged, quote: Quote, before: Terms
) -> Letter:
    """The offer on other terms; ``quote`` is as above, ``before`` what it replaces."""
    # In the words of the first offer, if it was of this kind, as on the client's page.
    proposal = proposal_at(in_present_language(quote, quote.translations), current_offers())
    return Letter(
        template="offer_changed",
        subject=gettext(
            "Our proposal has changed (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "We have changed our proposal for %(company)s. What we now propose replaces what we"
                " proposed before, which can no longer be agreed to.",
                company=application.company,
            ),
            *paragraphs_of(verdict.message),
        ),
        facts=(
            *_in_short(
                proposal, price(verdict.total_cents, verdict.currency, is_monthly=quote.is_monthly)
            ),
            (gettext("Before"), terms_in_short(before)),
        ),
        action=(gettext("Read the terms and agree"), status_page(application)),
        closing=(gettext("You owe nothing until you agree on that page."),),
    )


@in_their_language
def offer_taken_back(application: Application, verdict: OfferTakenBack, before: Terms) -> Letter:
    """The end of the offer, which was on the terms ``before``."""
    return Letter(
        template="offer_taken_back",
        subject=gettext(
            "We take back our proposal (%(reference)s)", reference=application.reference
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "We take back what we proposed to %(company)s (%(proposal)s). It can no longer be"
                " agreed to, and you owe nothing.",
                company=application.company,
                proposal=terms_in_short(before),
            ),
            *paragraphs_of(verdict.message),
        ),
        action=(gettext("Your page"), status_page(application)),
    )


@in_their_language
def agreement_confirmed(application: Application, engagement: Engagement) -> Letter:
    """The contract in writing, with its terms. It asks for a reply if somebody else pressed the
    button on the client's page."""
    quote = quote_as_read(engagement)
    proposal = proposal_at(quote, current_offers())
    is_first_month = quote.deposit_is_first_month
    due = (
        gettext("Due now, for the first month") if is_first_month else gettext("Due now"),
        money(engagement.deposit_cents, engagement.currency),
    )
    terms = (f"{number}. {term}" for number, term in enumerate(proposal.terms, start=1))
    return Letter(
        template="agreement_confirmed",
        subject=gettext(
            "You have agreed: %(offer)s (%(reference)s)",
            offer=proposal.name,
            reference=application.reference,
        ),
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            gettext(
                "Thank you. For your files, this is what %(signatory)s has agreed to for"
                " %(company)s. If that was not you, reply to this email.",
                signatory=engagement.accepted_name or application.name,
                company=application.company,
            ),
        ),
        facts=(
            *_in_short(
                proposal,
                price(engagement.total_cents, engagement.currency, is_monthly=quote.is_monthly),
            ),
            due,
        ),
        action=(gettext("Each line of the price, and how to pay"), status_page(application)),
        closing=(gettext("The terms:"), *terms),
    )


@in_their_language
def deposit_receipt(
    application: Application,
    engagement: Engagement,
    amount_cents: int,
    currency: str,
    arrived_at: datetime,
) -> Letter:
    """The receipt. From the payment's arrival we have one working day to write."""
    about = {
        "amount": money(amount_cents, currency),
        "reference": application.reference,
        "offer": engagement_name(engagement),
    }
    if engagement.priced.deposit_is_first_month:
        subject = gettext("First month paid: %(amount)s (%(reference)s)", **about)
        arrived = gettext(
            "Your payment of %(amount)s for the first month has arrived, and your %(offer)s is"
            " confirmed.",
            **about,
        )
    else:
        subject = gettext("Deposit received: %(amount)s (%(reference)s)", **about)
        arrived = gettext(
            "Your deposit of %(amount)s has arrived, and your %(offer)s is confirmed.", **about
        )
    return Letter(
        template="deposit_receipt",
        subject=subject,
        paragraphs=(
            gettext("Dear %(name)s,", name=application.name),
            arrived,
            _first_day_promised(arrived_at),
        ),
        action=(
            gettext("The agreement with this payment, for your files"),
            agreement_page(application),
        ),
    )


def _first_day_promised(since: datetime) -> str:
    """When we promise to write; no time if it is already past, as after a late delivery."""
    due_at = deadline_after(since)
    if due_at <= utc_now():
        return gettext("We will write to agree the first day.")
    promise = gettext("We will write by %(time)s to agree the first day.", time=deadline(due_at))
    return explained(promise, since, due_at)


def _in_short(proposal: Proposal, price: str) -> tuple[tuple[str, str], ...]:
    return (
        (gettext("Engagement"), proposal.name),
        (gettext("Duration"), proposal.duration),
        (gettext("Price"), price),
    )
