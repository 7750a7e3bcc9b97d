"""The lab *Payments*, as data."""

import random
import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import new_id
from app.events.types import stream_of
from app.labs.controls import staff_stations
from app.labs.effects import tally_effects
from app.labs.models import Sandbox
from app.labs.payments.events import PaymentRequested
from app.labs.payments.subscribers import (
    CHECKED,
    CREDITED,
    DEBITED,
    WRITTEN_TO,
    check_compliance,
    notify_holder,
    post_payment,
)
from app.labs.sandboxes import count_events, record_in
from app.labs.scenario import Action, Choice, Scenario, Station, Sum

# Order holds within an account; the accounts go side by side.
ACCOUNTS = 20
STATIONS = (
    Station(check_compliance, lazy_gettext("Compliance"), lazy_gettext("Checks the payment"), 0.1),
    Station(post_payment, lazy_gettext("Accounts"), lazy_gettext("Posts it in the ledger"), 0.1),
    Station(
        notify_holder, lazy_gettext("Notifications"), lazy_gettext("Writes to the holder"), 0.1
    ),
)
SECONDS = text("""
SELECT extract(epoch FROM max(d.done_at) - min(e.recorded_at))::float8
FROM events e JOIN deliveries d ON d.event_position = e.position
WHERE e.metadata ->> 'correlation_id' = :trace
""")


def start_surge(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Have so many payments asked for at once, spread over the accounts."""
    count = int(chosen[0])
    accounts = {
        stream_of("account", new_id()): [
            PaymentRequested(payment=str(new_id()), amount_cents=random.randrange(1_00, 900_00))
            for _ in range(start, count, ACCOUNTS)
        ]
        for start in range(ACCOUNTS)
    }
    record_in(session, sandbox, accounts)


def set_consumers(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    staff_stations(session, sandbox, STATIONS, int(chosen[0]))


def count_up(session: Session, sandbox_id: uuid.UUID) -> Sequence[Sum]:
    asked = count_events(session, sandbox_id, PaymentRequested)
    tallies = tally_effects(session, sandbox_id, CHECKED, DEBITED, CREDITED, WRITTEN_TO)
    missing = sum(asked - tally.subjects for tally in tallies)
    double = sum(tally.written - tally.subjects for tally in tallies)
    posted = tallies[1].subjects
    balance = tallies[1].amount + tallies[2].amount
    seconds = session.scalar(SECONDS, {"trace": sandbox_id.hex}) or 0
    return [
        Sum(lazy_gettext("Payments asked for"), asked),
        Sum(lazy_gettext("Posted in the ledger"), posted, holds=posted == asked),
        Sum(lazy_gettext("Checks, entries and mails still missing"), missing, holds=missing == 0),
        Sum(lazy_gettext("Checks, entries and mails made twice"), double, holds=double == 0),
        Sum(lazy_gettext("Debits and credits together, in cents"), balance, holds=balance == 0),
        Sum(lazy_gettext("Seconds from the first payment to the last entry"), seconds, places=1),
    ]


PAYMENTS = Scenario(
    slug="payments",
    title=lazy_gettext("Payments"),
    summary=lazy_gettext(
        "Let a surge of payments loose on one, two or four consumers, kill one of them in the"
        " middle, and audit the ledger: none lost, none posted twice."
    ),
    story=(
        lazy_gettext(
            "Each payment is an event in the stream of its account. Compliance, accounts and"
            " notifications take it side by side. Within an account the order holds; with more"
            " consumers more accounts are served at once."
        ),
        lazy_gettext(
            "A consumer claims a payment before it works on it, and the claim is a lease. One that"
            " dies in the middle takes its transaction with it: what it had written is rolled back,"
            " and after the lease has run out the payment goes to another. The mark that says done"
            " is committed together with the entries, so there is no moment in which one is there"
            " without the other."
        ),
    ),
    try_this=(
        lazy_gettext(
            "Start 200 payments with one consumer, and again with four. Compare the seconds."
        ),
        lazy_gettext("Kill consumers while it runs, as often as you like."),
        lazy_gettext("Read the sums at the end. They are counted from the rows."),
    ),
    simulated=lazy_gettext(
        "Each step takes a tenth of a second, and all sandboxes share sixteen threads."
    ),
    articles=("payment-flow", "ordering-and-consistency"),
    subscriptions={PaymentRequested: (check_compliance, post_payment, notify_holder)},
    stations=STATIONS,
    actions=(
        Action(
            "surge",
            lazy_gettext("Start the surge"),
            start_surge,
            choices=(Choice("50", "50"), Choice("200", "200"), Choice("500", "500")),
            legend=lazy_gettext("How many payments"),
        ),
        Action(
            "consumers",
            lazy_gettext("Set the consumers"),
            set_consumers,
            choices=(
                Choice("1", lazy_gettext("One")),
                Choice("2", lazy_gettext("Two")),
                Choice("4", lazy_gettext("Four")),
            ),
            legend=lazy_gettext("Consumers for each step"),
        ),
    ),
    sums=count_up,
    can_kill=True,
)
