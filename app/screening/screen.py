"""The decision on one submission, made when it is sent: does it go on, or is it held for a look?"""

from msgspec import Struct

from app.screening.disposable import is_disposable
from app.screening.rules import Signals, current_rules
from app.settings import current_config


class SubmissionFacts(Struct, frozen=True):
    """What is known of a submission. ``seconds`` have passed since the first answer was stored, by
    the database's clock, which may have been set back meanwhile; ``same_text`` is the reference of
    an application that tells the problem in the same words, or ""; ``under_email`` and
    ``from_origin`` count those that came within the day before it."""

    email: str
    seconds: float
    same_text: str = ""
    under_email: int = 0
    from_origin: int = 0


def reasons_to_hold(facts: SubmissionFacts, *, trap_filled: bool) -> Signals:
    """The signals of a submission where they hold it, else none at all."""
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
    """What speaks against the submission. A limit of 0 is none; a negative time is a clock's doing,
    and proves nothing."""
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
