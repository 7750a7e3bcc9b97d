"""The events of an application, in miniature."""

from app.events.types import Event, event


@event("trial.application_submitted", version=1, is_exhibit=True)
class TrialSubmitted(Event, frozen=True):
    """Somebody has sent an application."""


@event("trial.application_scored", version=1, is_exhibit=True)
class TrialScored(Event, frozen=True):
    """The application has been scored."""

    score: int


@event("trial.engagement_proposed", version=1, is_exhibit=True)
class TrialProposed(Event, frozen=True):
    """An engagement has been proposed for it, with a deposit."""

    kind: str
    deposit_cents: int
