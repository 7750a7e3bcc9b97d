"""The decision on one submission, made when it is sent: does it go on, or is it held for a look?"""

from flask import current_app
from msgspec import Struct

from app.screening.disposable import is_disposable
from app.screening.limits import count_submission
from app.screening.rules import Signals, current_rules


class Sent(Struct, frozen=True):
    """What is known of a submission. ``seconds`` have passed since the first answer was stored, by
    the database's clock, which may have been set back meanwhile; ``same_text`` is the reference of
    an application that tells the problem in the same words, or ""."""

    email: str
    seconds: float
    same_text: str


def reasons_to_hold(sent: Sent, *, trap_filled: bool) -> Signals:
    """The signals of this request's submission where they hold it, else none at all."""
    fastest = current_app.config["SITE"].HOLD_BELOW_SECONDS
    found: Signals = dict.fromkeys(count_submission(sent.email), "")
    found |= find_signals(sent, fastest_seconds=fastest, trap_filled=trap_filled)
    return found if current_rules().hold(found) else {}


def find_signals(sent: Sent, *, fastest_seconds: float, trap_filled: bool) -> Signals:
    """What the submission itself says. A negative time is a clock's doing, and proves nothing."""
    found: Signals = {}
    if trap_filled:
        found["trap_filled"] = ""
    if 0 <= sent.seconds < fastest_seconds:
        found["too_fast"] = ""
    if is_disposable(sent.email):
        found["disposable_address"] = ""
    if sent.same_text:
        found["same_text"] = sent.same_text
    return found
