"""The lab *Retail*, as data."""

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.events.types import stream_of
from app.labs.effects import tally_effects
from app.labs.models import Sandbox
from app.labs.retail.events import OrderPlaced
from app.labs.retail.subscribers import (
    CONFIRMED,
    RESERVED,
    WRITTEN_TO,
    confirm_order,
    notify_customer,
    reserve_stock,
)
from app.labs.sandboxes import count_events, record_in
from app.labs.scenario import Action, Choice, Scenario, Station, Sum
from app.platform.database import new_id

# The order, and the event that the goods are reserved.
OF_AN_ORDER = 2


def place_orders(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Place as many orders as were chosen, each in a stream of its own."""
    order = OrderPlaced(article="garden chair", quantity=2)
    streams = [stream_of("order", new_id()) for _ in range(int(chosen[0]))]
    record_in(session, sandbox, {stream: [order] for stream in streams}, weight=OF_AN_ORDER)


def count_up(session: Session, sandbox_id: uuid.UUID) -> Sequence[Sum]:
    orders = count_events(session, sandbox_id, OrderPlaced)
    tallies = tally_effects(session, sandbox_id, RESERVED, CONFIRMED, WRITTEN_TO)
    labels = (
        lazy_gettext("Times goods were set aside"),
        lazy_gettext("Orders confirmed"),
        lazy_gettext("Customers written to"),
    )
    return [
        Sum(lazy_gettext("Orders placed"), orders),
        *(
            Sum(label, tally.written, holds=tally.written == tally.subjects == orders)
            for label, tally in zip(labels, tallies, strict=True)
        ),
    ]


RETAIL = Scenario(
    slug="retail",
    title=lazy_gettext("Retail"),
    summary=lazy_gettext(
        "Place an order and watch one event reach three departments. Stop one, see what waits"
        " for it, start it, and see it catch up."
    ),
    story=(
        lazy_gettext(
            "The shop appends one event to the log in the same transaction that takes the order,"
            " and its work is done. Who else wants to know is none of its business."
        ),
        lazy_gettext(
            "The relay gives the event to each of three subscribers. They work side by side, and"
            " none of them knows of the others: when one is stopped, the other two do not notice,"
            " and nothing it misses is lost."
        ),
    ),
    try_this=(
        lazy_gettext("Place an order and follow it through the three departments."),
        lazy_gettext(
            "Stop the inventory, then place five more orders. Its lag grows; the others are done."
        ),
        lazy_gettext(
            "Start the inventory again. It catches up in order, and every order is there once."
        ),
    ),
    simulated=lazy_gettext(
        "Each department takes about a second for an order, so that you can watch it."
    ),
    articles=("retail-order-flow",),
    subscriptions={OrderPlaced: (reserve_stock, confirm_order, notify_customer)},
    stations=(
        Station(
            reserve_stock, lazy_gettext("Inventory"), lazy_gettext("Sets the goods aside"), 1.2
        ),
        Station(confirm_order, lazy_gettext("Orders"), lazy_gettext("Confirms the order"), 0.8),
        Station(
            notify_customer,
            lazy_gettext("Notifications"),
            lazy_gettext("Writes to the customer"),
            0.8,
        ),
    ),
    actions=(
        Action(
            "place",
            lazy_gettext("Order now"),
            place_orders,
            choices=(
                Choice("1", lazy_gettext("One")),
                Choice("5", lazy_gettext("Five")),
                Choice("20", lazy_gettext("Twenty")),
            ),
            legend=lazy_gettext("How many orders"),
        ),
    ),
    sums=count_up,
    can_stop=True,
)
