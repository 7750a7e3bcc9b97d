"""The lab *Payments*, as data."""

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.labs.controls import count_consumers, set_consumer_count
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
from app.labs.payments.surges import Surge, measure_surges, start_surge
from app.labs.sandboxes import count_events
from app.labs.scenario import Action, Choice, Scenario, Station, Sum

STATIONS = (
    Station(check_compliance, lazy_gettext("Compliance"), lazy_gettext("Checks the payment"), 0.1),
    Station(post_payment, lazy_gettext("Accounts"), lazy_gettext("Posts it in the ledger"), 0.1),
    Station(
        notify_holder, lazy_gettext("Notifications"), lazy_gettext("Writes to the holder"), 0.1
    ),
)


def set_consumers(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    set_consumer_count(session, sandbox, STATIONS, int(chosen[0]))


def consumers_now(session: Session, sandbox: Sandbox) -> Sequence[str]:
    return [str(count_consumers(session, sandbox))]


def count_up(session: Session, sandbox_id: uuid.UUID) -> Sequence[Sum]:
    asked = count_events(session, sandbox_id, PaymentRequested)
    tallies = tally_effects(session, sandbox_id, CHECKED, DEBITED, CREDITED, WRITTEN_TO)
    missing = sum(asked - tally.subjects for tally in tallies)
    double = sum(tally.written - tally.subjects for tally in tallies)
    posted = tallies[1].subjects
    balance = tallies[1].amount + tallies[2].amount
    return [
        Sum(lazy_gettext("Payments asked for"), asked),
        Sum(lazy_gettext("Posted in the ledger"), posted, holds=posted == asked),
        Sum(lazy_gettext("Checks, entries and mails still missing"), missing, holds=missing == 0),
        Sum(lazy_gettext("Checks, entries and mails made twice"), double, holds=double == 0),
        Sum(lazy_gettext("Debits and credits together, in cents"), balance, holds=balance == 0),
        *(
            Sum(label_of(surge, number), surge.seconds, places=1)
            for number, surge in enumerate(measure_surges(session, sandbox_id), start=1)
        ),
    ]


def label_of(surge: Surge, number: int) -> str:
    if surge.consumers == 1:
        return lazy_gettext(
            "Seconds of surge %(number)s: %(payments)s payments, started with one consumer for"
            " each step",
            number=number,
            payments=surge.payments,
        )
    return lazy_gettext(
        "Seconds of surge %(number)s: %(payments)s payments, started with %(consumers)s consumers"
        " for each step",
        number=number,
        payments=surge.payments,
        consumers=surge.consumers,
    )


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
            " notifications handle it side by side. Order holds within an account; with more"
            " consumers, more accounts are served at the same time."
        ),
        lazy_gettext(
            "A consumer claims a payment before it works on it, and the claim is a lease. If it"
            " dies in the middle, its transaction dies with it: what it had written is rolled"
            " back, and once the lease has run out the payment goes to another consumer. The mark"
            " that says done is committed together with the entries, so neither ever exists"
            " without the other."
        ),
    ),
    try_this=(
        lazy_gettext(
            "Start 200 payments with one consumer. When they are done, set four and start 200"
            " more: the sums show how many seconds each surge took."
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
            choices=(Choice("50", "50"), Choice("200", "200"), Choice("400", "400")),
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
            current=consumers_now,
        ),
    ),
    sums=count_up,
    can_kill=True,
)
