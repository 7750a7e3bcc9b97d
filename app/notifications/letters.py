"""The letters of the flow, as functions that read like the letter."""

from typing import cast

from app.applications.events import ApplicationAccepted, ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.service import Verdict
from app.engagements.models import Engagement
from app.firm.offers import Kind, Offer, current_offers
from app.notifications.letter import Letter, paragraphs_of
from app.notifications.links import desk_page, link_to, status_page
from app.rendering import money
from app.scoring.score import Score

ANSWER_PROMISE = "You will have an answer from a person within one working day."


def resume_link(token: str) -> Letter:
    return Letter(
        template="resume_link",
        subject="Your application, where you left it",
        paragraphs=(
            "You asked for a way back into your application. Everything you typed is kept.",
        ),
        action=("Go on with the application", link_to("applications.resume", token=token)),
        closing=("The link opens your answers, so keep it to yourself.",),
    )


def draft_expiring(token: str, ends_on: str) -> Letter:
    return Letter(
        template="draft_expiring",
        subject="Your application is not sent yet",
        paragraphs=(
            "You began an application with us and have not sent it. We keep what you typed until"
            f" {ends_on}, then we delete it.",
        ),
        action=("Go on with the application", link_to("applications.resume", token=token)),
        closing=(
            "If you don't need it any more, there is nothing to do. The link opens your answers, so"
            " keep it to yourself.",
        ),
    )


def received(application: Application) -> Letter:
    return Letter(
        template="received",
        subject=f"We have your application {application.reference}",
        paragraphs=(
            f"Dear {application.name},",
            f"your application for {application.company} is stored under {application.reference}."
            f" {ANSWER_PROMISE}",
        ),
        action=("See where it stands", status_page(application)),
        closing=("The page behind the link is yours alone. It needs no password.",),
    )


def new_application(application: Application, score: Score, engagement: Engagement) -> Letter:
    """To staff: the essentials, the score with its reasons, and the proposal."""
    reasons = tuple((f"{c.label}, {c.points} of {c.out_of}", c.reason) for c in score.criteria)
    return Letter(
        template="new_application",
        subject=f"{score.total} points: {application.company} ({application.reference})",
        paragraphs=(
            f"{application.name} applied for {application.company}. {score.band_label}:"
            f" {score.total} of 100 points.",
            f"Proposed: {_offer(engagement.kind).name},"
            f" {_price(engagement.kind, engagement.total_cents)}. {score.kind_reason}",
            *_missing(score),
        ),
        facts_title="Why this score",
        facts=reasons,
        action=("Read and decide", desk_page(application)),
    )


def handling_failed(application: Application | None, subscriber: str, event_type: str) -> Letter:
    """To staff: a step has failed for good; an application that it was about is there all the
    same."""
    if application is None:
        return Letter(
            template="handling_failed",
            subject=f"Failed for good: {subscriber}",
            paragraphs=(
                f"The step {subscriber} has failed on {event_type} each time it was tried. It can"
                " be read and replayed under Events.",
            ),
            action=("Open Events", link_to("flow.events")),
        )
    return Letter(
        template="handling_failed",
        subject=f"Not handled automatically: {application.company} ({application.reference})",
        paragraphs=(
            f"{application.name} applied for {application.company}, and the step {subscriber} has"
            " failed each time it was tried. The application is complete and can be decided; the"
            " failed step can be read and replayed under Events.",
        ),
        action=("Read and decide", desk_page(application)),
    )


def decision(application: Application, verdict: Verdict) -> Letter:
    """To the prospect: the reviewer's verdict with the reviewer's own words."""
    if isinstance(verdict, ApplicationAccepted):
        return _accepted(application, verdict)
    if isinstance(verdict, MoreRequested):
        return _more_requested(application, verdict)
    return _declined(application, verdict)


def _accepted(application: Application, verdict: ApplicationAccepted) -> Letter:
    return Letter(
        template="accepted",
        subject=f"We would like to work with you ({application.reference})",
        paragraphs=(
            f"Dear {application.name},",
            "we have read your application and take it on.",
            *paragraphs_of(verdict.message),
        ),
        facts=(
            ("Engagement", _offer(verdict.kind).name),
            ("Duration", _offer(verdict.kind).duration),
            ("Price", _price(verdict.kind, verdict.total_cents)),
        ),
        action=("Read the terms and accept", status_page(application)),
        closing=("Nothing is owed until you accept on that page.",),
    )


def _declined(application: Application, verdict: ApplicationDeclined) -> Letter:
    return Letter(
        template="declined",
        subject=f"About your application {application.reference}",
        paragraphs=(
            f"Dear {application.name},",
            f"we have read your application for {application.company} and will not take it on.",
            *paragraphs_of(verdict.message),
            "Thank you for the time you gave it.",
        ),
    )


def _more_requested(application: Application, verdict: MoreRequested) -> Letter:
    return Letter(
        template="more_requested",
        subject=f"A question about your application {application.reference}",
        paragraphs=(
            f"Dear {application.name},",
            "before we decide, we would like to know more:",
            *paragraphs_of(verdict.message),
        ),
        action=("Answer on your page", status_page(application)),
    )


def more_provided(application: Application, message: str) -> Letter:
    """To staff: the prospect has answered."""
    return Letter(
        template="more_provided",
        subject=f"Answer from {application.company} ({application.reference})",
        paragraphs=(f"{application.name} has answered:", *paragraphs_of(message)),
        action=("Read and decide", desk_page(application)),
    )


def engagement_accepted(application: Application, engagement: Engagement) -> Letter:
    """To staff: the client has agreed."""
    return Letter(
        template="engagement_accepted",
        subject=f"Agreed: {application.company}, {_offer(engagement.kind).name}",
        paragraphs=(
            f"{engagement.accepted_name} has agreed for {application.company} at"
            f" {_price(engagement.kind, engagement.total_cents)}. The deposit of"
            f" {money(engagement.deposit_cents)} is due.",
        ),
        action=("Open the application", desk_page(application)),
    )


def deposit_receipt(application: Application, engagement: Engagement, amount_cents: int) -> Letter:
    """To the client: the money has arrived."""
    return Letter(
        template="deposit_receipt",
        subject=f"Deposit received: {money(amount_cents)} ({application.reference})",
        paragraphs=(
            f"Dear {application.name},",
            f"your deposit of {money(amount_cents)} has arrived, and your"
            f" {_offer(engagement.kind).name} is confirmed. We will write within one working day"
            " to settle the first date.",
        ),
        action=("Your page", status_page(application)),
    )


def deposit_paid(application: Application, amount_cents: int, method: str) -> Letter:
    """To staff: the money has arrived."""
    return Letter(
        template="deposit_paid",
        subject=f"Deposit paid: {application.company}, {money(amount_cents)}",
        paragraphs=(
            f"{application.company} has paid the deposit of {money(amount_cents)}"
            f" ({'by card' if method == 'stripe' else 'by bank transfer'}). Agree the first date"
            f" with {application.name} within one working day.",
        ),
        action=("Open the application", desk_page(application)),
    )


def deposit_overpaid(application: Application, amount_cents: int) -> Letter:
    """To staff: the money has arrived twice."""
    return Letter(
        template="deposit_overpaid",
        subject=f"Paid twice: {application.company}, refund {money(amount_cents)}",
        paragraphs=(
            f"{application.company} has paid {money(amount_cents)} by card for a deposit that was"
            f" paid before. Refund the card payment at Stripe and tell {application.name}.",
        ),
        action=("Open the application", desk_page(application)),
    )


def _missing(score: Score) -> tuple[str, ...]:
    return (f"Not known yet: {' '.join(score.missing)}",) if score.missing else ()


def _offer(kind: str) -> Offer:
    return current_offers().offer(cast(Kind, kind))


def _price(kind: str, cents: int) -> str:
    return f"{money(cents)} a month" if kind == "fractional" else money(cents)
