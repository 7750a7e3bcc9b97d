"""The lab *Break it*, as data."""

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.delivery.dead_letters import replay_dead_letter
from app.events.tracing import resuming
from app.events.types import stream_of
from app.labs.break_it.events import TrialProposed, TrialScored, TrialSubmitted
from app.labs.break_it.subscribers import (
    CHARGE,
    CHARGE_FAILS,
    ENGAGEMENT,
    MAIL,
    MAIL_IS_AWAY,
    SCORER_DIES,
    charge_deposit,
    propose_engagement,
    score_fit,
    send_mail,
)
from app.labs.effects import tally_effects
from app.labs.faults import REPEATED
from app.labs.models import Sandbox
from app.labs.sandboxes import VISITOR, count_events, lock_sandbox, record_in
from app.labs.scenario import Action, Choice, NotNow, Scenario, Station, Sum
from app.platform.database import new_id

DEAD = text("""
SELECT d.id FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE e.metadata ->> 'correlation_id' = :trace AND d.status = 'dead'
""")
# The submission, the two events that follow from it, a dead letter and its replay.
OF_AN_APPLICATION = 5
ONE_ALREADY = lazy_gettext(
    "This sandbox already has an application. Start again with an empty one."
)


def submit(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Send the sandbox's one application, with these faults."""
    lock_sandbox(session, sandbox)
    if count_events(session, sandbox.id):
        raise NotNow(ONE_ALREADY)
    submitted = {stream_of("trial", new_id()): [TrialSubmitted()]}
    record_in(session, sandbox, submitted, weight=OF_AN_APPLICATION)
    sandbox.faults = list(chosen)


def mend(session: Session, sandbox: Sandbox, _: Sequence[str]) -> None:
    """Mend the charge, and replay its dead letters."""
    lock_sandbox(session, sandbox)
    letters = session.scalars(DEAD, {"trace": sandbox.trace}).all()
    if not letters:
        raise NotNow(lazy_gettext("There is no dead letter to replay."))
    sandbox.faults = [fault for fault in sandbox.faults if fault != CHARGE_FAILS]
    with resuming(sandbox.trace, None):
        for delivery_id in letters:
            replay_dead_letter(session, delivery_id, actor=VISITOR)


def faults_now(_: Session, sandbox: Sandbox) -> Sequence[str]:
    return sandbox.faults


def count_up(session: Session, sandbox_id: uuid.UUID) -> Sequence[Sum]:
    labels = (lazy_gettext("Engagements"), lazy_gettext("Mails"), lazy_gettext("Charges"))
    tallies = tally_effects(session, sandbox_id, ENGAGEMENT, MAIL, CHARGE)
    is_begun = count_events(session, sandbox_id) > 0
    return [
        Sum(label, tally.written, holds=tally.written == 1 if is_begun else None)
        for label, tally in zip(labels, tallies, strict=True)
    ]


BREAK_IT = Scenario(
    slug="break-it",
    title=lazy_gettext("Break it"),
    summary=lazy_gettext(
        "Send an application and break what you like on its way: kill the scorer, repeat every"
        " event, take the mail server away, make the charge fail until you mend it. The result is"
        " always one engagement, one email and one charge."
    ),
    story=(
        lazy_gettext(
            "The application is scored and an engagement is proposed, which leads to an email and"
            " a charge: four handlers, each of which knows nothing but its event."
        ),
        lazy_gettext(
            "What a handler writes, the events it records and the mark that it is done are"
            " committed together or not at all. So a handler that dies or fails leaves nothing"
            " behind and can be tried again, and one that is handed the same event again finds it"
            " done."
        ),
        lazy_gettext(
            "A failure is retried after longer and longer pauses. After the fourth try the"
            " delivery becomes a dead letter, which is an event too. It waits until the cause is"
            " mended and somebody replays it."
        ),
    ),
    try_this=(
        lazy_gettext("Choose any faults and send the application."),
        lazy_gettext("Watch what is retried, and what is rolled back."),
        lazy_gettext("If the charge has become a dead letter, mend it and replay."),
    ),
    simulated=lazy_gettext(
        "Each handler writes one row, and the faults are staged: the scorer dies after its writes"
        " and before its commit, the mail fails twice."
    ),
    articles=("outbox-and-exactly-once-effects",),
    subscriptions={
        TrialSubmitted: (score_fit,),
        TrialScored: (propose_engagement,),
        TrialProposed: (send_mail, charge_deposit),
    },
    stations=(
        Station(score_fit, lazy_gettext("Scoring"), lazy_gettext("Scores the application"), 1.0),
        Station(
            propose_engagement,
            lazy_gettext("Engagements"),
            lazy_gettext("Proposes one, with its deposit"),
            1.0,
        ),
        Station(send_mail, lazy_gettext("Mail"), lazy_gettext("Writes to the applicant"), 1.0),
        Station(charge_deposit, lazy_gettext("Charge"), lazy_gettext("Charges the deposit"), 1.0),
    ),
    actions=(
        Action(
            "submit",
            lazy_gettext("Send the application"),
            submit,
            choices=(
                Choice(SCORER_DIES, lazy_gettext("Kill the scorer in the middle of its work")),
                Choice(REPEATED, lazy_gettext("Repeat every event")),
                Choice(MAIL_IS_AWAY, lazy_gettext("Take the mail server away for two tries")),
                Choice(CHARGE_FAILS, lazy_gettext("Make the charge fail until it is mended")),
            ),
            legend=lazy_gettext("What goes wrong"),
            takes_several=True,
            current=faults_now,
        ),
        Action("mend", lazy_gettext("Mend the charge and replay"), mend),
    ),
    sums=count_up,
)
