"""Decides at the submission whether it goes on or is held for a look."""

from msgspec import Struct

from app.platform.settings import current_config
from app.screening.disposable import is_disposable
from app.screening.rules import Signals, current_rules


class SubmissionFacts(Struct, frozen=True):
    """What is known about a submission. ``seconds`` have passed since its draft was started, by the
    database's clock, which may have been set back in between. ``same_text`` is the reference of an
    application that describes the problem in the same words, or "". ``under_email`` and
    ``from_origin`` count the submissions of the day before it."""

    email: str
    seconds: float
    same_text: str = ""
    under_email: int = 0
    from_origin: int = 0


def reasons_to_hold(facts: SubmissionFacts, *, trap_filled: bool) -> Signals:
    """The submission's signals if they hold it, else none."""
    config = current_config()
    found = find_signals(
        facts,
        fastest_seconds=config.HOLD_BELOW_SECONDS,
        most_from_origin=config.HOLD_ABOVE_PER_ADDRESS,
        most_under_email=config.HOLD_ABOVE_PER_EMAIL,
        trap_filled=trap_filled,
    )
    return found if current_rules().hold(found) else {}


def find_signals(
    facts: SubmissionFacts,
    *,
    fastest_seconds: float,
    most_from_origin: int,
    most_under_email: int,
    trap_filled: bool,
) -> Signals:
    """The signals against the submission. A limit of 0 means no limit; a negative time comes from a
    clock that was set back, and proves nothing."""
    found: Signals = {}
    if trap_filled:
        found["trap_filled"] = ""
    if 0 <= facts.seconds < fastest_seconds:
        found["too_fast"] = ""
    if 0 < most_from_origin <= facts.from_origin:
        found["many_from_address"] = ""
    if 0 < most_under_email <= facts.under_email:
        found["many_by_email"] = ""
    if is_disposable(facts.email):
        found["disposable_address"] = ""
    if facts.same_text:
        found["same_text"] = facts.same_text
    return found
