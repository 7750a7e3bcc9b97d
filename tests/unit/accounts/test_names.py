"""The name under which staff see the actor of an event."""

import pytest

from app.accounts.queries import name_of

PEOPLE = {"staff:1": "Ada", "prospect": ""}


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("staff:1", "Ada"),
        ("prospect", "the prospect"),
        ("system:scoring", "the system (scoring)"),
        ("operator:root", "an operator (root)"),
        ("", ""),
    ],
)
def test_every_kind_of_actor_has_a_name(actor: str, name: str) -> None:
    assert name_of(actor, PEOPLE) == name
