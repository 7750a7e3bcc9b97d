"""The handlers of an application. Each writes before it fails, so that a write that survived the
failure would be counted."""

from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import RecordedEvent
from app.labs.break_it.events import TrialProposed, TrialScored
from app.labs.effects import write_effect
from app.labs.faults import Killed, count_deaths, count_failures, has_fault

SCORER_DIES, MAIL_IS_AWAY, CHARGE_FAILS = "scorer_dies", "mail_is_away", "charge_fails"
SCORE, ENGAGEMENT, MAIL, CHARGE = "score", "engagement", "mail", "charge"
FAILED_MAILS = 2


class MailServerAway(Exception):
    """The mail server does not answer."""


class ChargeRefused(Exception):
    """The card processor refuses the charge."""


def score_fit(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, SCORE, amount=87)
    record(session, recorded.stream, TrialScored(score=87), actor="system:break_it.score_fit")
    has_died = count_deaths(session, recorded, "break_it.score_fit") > 0
    if has_fault(session, recorded, SCORER_DIES) and not has_died:
        raise Killed


def propose_engagement(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, ENGAGEMENT)
    proposed = TrialProposed(kind="sprint", deposit_cents=500_000)
    record(session, recorded.stream, proposed, actor="system:break_it.propose_engagement")


def send_mail(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, MAIL)
    failures = count_failures(session, recorded, "break_it.send_mail")
    if has_fault(session, recorded, MAIL_IS_AWAY) and failures < FAILED_MAILS:
        raise MailServerAway("the mail server does not answer")


def charge_deposit(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, CHARGE, amount=recorded.data.deposit_cents)
    if has_fault(session, recorded, CHARGE_FAILS):
        raise ChargeRefused("the card processor refuses the charge")
