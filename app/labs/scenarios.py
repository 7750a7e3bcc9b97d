"""The labs, in the order in which the page lists them, and who subscribes to what in them."""

from collections.abc import Mapping

from app.events.subscription import Subscriber
from app.events.types import Event
from app.labs.break_it.scenario import BREAK_IT
from app.labs.payments.scenario import PAYMENTS
from app.labs.retail.scenario import RETAIL
from app.labs.scenario import Scenario
from app.labs.time_machine.scenario import TIME_MACHINE

SCENARIOS: tuple[Scenario, ...] = (RETAIL, PAYMENTS, BREAK_IT, TIME_MACHINE)
BY_SLUG: Mapping[str, Scenario] = {scenario.slug: scenario for scenario in SCENARIOS}

SUBSCRIPTIONS: Mapping[type[Event], tuple[Subscriber, ...]] = {
    event: subscribers
    for scenario in SCENARIOS
    for event, subscribers in scenario.subscriptions.items()
}
