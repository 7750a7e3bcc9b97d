"""Letters that tell staff what a prospect did."""

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_name
from app.notifications.letters.letter import Letter, paragraphs_of
from app.notifications.letters.links import CONVERSATION, desk_page
from app.scoring.score import Score
from app.web.rendering import isolated, money, price


def new_application(application: Application, score: Score, engagement: Engagement) -> Letter:
    """A new application: the essentials, the score with its reasons, and the proposal."""
    # A phone's narrow column would break between the figures.
    of = "\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}"
    reasons = tuple((f"{c.label}, {c.points}{of}{c.out_of}", c.reason) for c in score.criteria)
    in_brief = (
        f"{score.band_label}. Proposed: {engagement_name(engagement)}, {_price_of(engagement)}."
    )
    return Letter(
        template="new_application",
        subject=f"{score.total} points: {isolated(application.company)} ({application.reference})",
        in_brief=in_brief,
        paragraphs=(
            f"{isolated(application.name)} applied for {isolated(application.company)}:"
            f" {score.total} of 100 points.",
            f"{in_brief} {score.kind_reason}",
            *_missing(score),
        ),
        facts_title="Why this score",
        facts=reasons,
        action=("Read and decide", desk_page(application)),
    )


def more_provided(application: Application, message: str) -> Letter:
    """The prospect's answer to our question."""
    return Letter(
        template="more_provided",
        subject=f"Answer from {isolated(application.company)} ({application.reference})",
        paragraphs=(f"{isolated(application.name)} has answered:", *paragraphs_of(message)),
        action=("Read and decide", desk_page(application)),
    )


def message_from_prospect(application: Application, text: str) -> Letter:
    """The prospect's message, which awaits a reply."""
    return Letter(
        template="message_from_prospect",
        subject=f"Message from {isolated(application.company)} ({application.reference})",
        paragraphs=(f"{isolated(application.name)} writes:", *paragraphs_of(text)),
        action=("Read and reply", desk_page(application, part=CONVERSATION)),
    )


def withdrawn(application: Application, message: str) -> Letter:
    """The prospect withdrew, so there is nothing left to decide."""
    reason = ("They say:", *paragraphs_of(message)) if message else ("They gave no reason.",)
    return Letter(
        template="withdrawn",
        subject=f"Withdrawn: {isolated(application.company)} ({application.reference})",
        paragraphs=(
            f"{isolated(application.name)} has withdrawn the application of"
            f" {isolated(application.company)}. It can no longer be decided.",
            *reason,
        ),
        action=("Open the application", desk_page(application)),
    )


def engagement_accepted(application: Application, engagement: Engagement) -> Letter:
    """The client has agreed."""
    return Letter(
        template="engagement_accepted",
        subject=(
            f"Agreed: {isolated(application.company)}, {engagement_name(engagement)}"
            f" ({application.reference})"
        ),
        paragraphs=(
            f"{isolated(engagement.accepted_name or application.name)} has agreed for"
            f" {isolated(application.company)} at {_price_of(engagement)}. The deposit of"
            f" {money(engagement.deposit_cents, engagement.currency)} is due.",
        ),
        action=("Open the application", desk_page(application)),
    )


def deposit_paid(application: Application, amount_cents: int, currency: str, method: str) -> Letter:
    """The deposit has arrived, perhaps from somebody who was erased after they agreed."""
    amount = money(amount_cents, currency)
    way = "by card" if method == "stripe" else "by bank transfer"
    if application.erased_at is None:
        said = (
            f"{isolated(application.company)} has paid the deposit of {amount} ({way}). Agree the"
            f" first day with {isolated(application.name)} within one working day."
        )
    else:
        said = (
            f"A deposit of {amount} has arrived ({way}) from a client whose personal data was"
            " erased. Nobody was written to: only Stripe or the bank knows who paid."
        )
    return Letter(
        template="deposit_paid",
        subject=f"Deposit paid: {isolated(application.title)}, {amount} ({application.reference})",
        paragraphs=(said,),
        action=("Open the application", desk_page(application)),
    )


def _price_of(engagement: Engagement) -> str:
    is_monthly = engagement.priced.is_monthly
    return price(engagement.total_cents, engagement.currency, is_monthly=is_monthly)


def _missing(score: Score) -> tuple[str, ...]:
    return (f"Not known yet: {' '.join(score.missing)}",) if score.missing else ()
