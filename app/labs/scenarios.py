"""The labs, in the order in which the page lists them, and their subscriptions."""

from collections.abc import Mapping, Sequence

from app.events.subscription import Subscriber
from app.events.types import Event
from app.labs.break_it.scenario import BREAK_IT
from app.labs.payments.scenario import PAYMENTS
from app.labs.retail.scenario import RETAIL
from app.labs.scenario import END, EXTEND, Scenario
from app.labs.time_machine.scenario import TIME_MACHINE

SCENARIOS: tuple[Scenario, ...] = (RETAIL, PAYMENTS, BREAK_IT, TIME_MACHINE)


def by_slug(scenarios: Sequence[Scenario]) -> Mapping[str, Scenario]:
    """The labs by slug. Raises ValueError if a lab, or one of its buttons, could not be reached."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        if scenario.slug in found:
            raise ValueError(f"Two labs have the slug {scenario.slug}.")
        if taken := {END, EXTEND} & {action.name for action in scenario.actions}:
            raise ValueError(f"{scenario.slug}: each lab has a button {min(taken)} already.")
        found[scenario.slug] = scenario
    return found


def subscriptions_of(
    scenarios: Sequence[Scenario],
) -> Mapping[type[Event], tuple[Subscriber, ...]]:
    """All labs' subscriptions. Raises ValueError if two labs subscribe to the same type, as one
    lab's events would reach the other."""
    found: dict[type[Event], tuple[Subscriber, ...]] = {}
    for scenario in scenarios:
        if shared := found.keys() & scenario.subscriptions.keys():
            names = ", ".join(sorted(event.type for event in shared))
            raise ValueError(f"{scenario.slug}: another lab subscribes to {names} already.")
        found |= scenario.subscriptions
    return found


BY_SLUG = by_slug(SCENARIOS)
SUBSCRIPTIONS = subscriptions_of(SCENARIOS)
