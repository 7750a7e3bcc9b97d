"""A made-up lab: what it gets by being declared, and the mistakes that stop the site's start."""

from collections.abc import Callable

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.subscription import Subscriptions
from app.events.types import Event, RecordedEvent, event, stream_of
from app.labs.backbone import on_backbone
from app.labs.effects import write_effect
from app.labs.models import Sandbox
from app.labs.retail.scenario import RETAIL
from app.labs.sandboxes import record_in
from app.labs.scenario import Action, Scenario, Station
from app.labs.scenarios import SCENARIOS, by_slug, subscriptions_of
from app.platform.database import new_id
from tests.integration.labs.conftest import Press, Until, Visitor


def hear(session: Session, recorded: RecordedEvent) -> None:
    write_effect(session, recorded, "heard")


@pytest.fixture
def bell(own_declarations: None) -> Scenario:
    @event("bell.rung", version=1, is_exhibit=True)
    class BellRung(Event, frozen=True):
        """Somebody has rung the bell."""

        loudness: int

    def ring(session: Session, sandbox: Sandbox, _: object) -> None:
        record_in(session, sandbox, {stream_of("bell", new_id()): [BellRung(loudness=7)]})

    return Scenario(
        slug="bell",
        title="The bell",
        summary="Ring it.",
        story=("It is heard.",),
        try_this=("Ring it twice.",),
        simulated="There is no bell.",
        articles=(),
        subscriptions={BellRung: (hear,)},
        stations=(Station(hear, "The ear", "Hears it", 0.1),),
        actions=(Action("ring", "Ring the bell", ring),),
    )


@pytest.fixture
def with_bell(
    app: Flask, backbone: Flask, bell: Scenario, monkeypatch: pytest.MonkeyPatch
) -> Scenario:
    """Make the bell one of the site's labs."""
    scenarios = (*SCENARIOS, bell)
    for module in ("app.labs.views", "app.content.paths"):
        monkeypatch.setattr(f"{module}.SCENARIOS", scenarios)
    for module in ("app.labs.pages", "app.labs.runner"):
        monkeypatch.setattr(f"{module}.BY_SLUG", by_slug(scenarios))
    subscriptions = Subscriptions(subscriptions_of(scenarios))
    monkeypatch.setitem(backbone.extensions, "subscriptions", subscriptions)
    monkeypatch.setitem(app.extensions, "kept_pages", {})
    return bell


@pytest.mark.usefixtures("with_bell")
def test_declaring_a_lab_gives_it_a_page_a_button_events_and_a_place_in_the_sitemap(
    client: FlaskClient, press: Press, until: Until
) -> None:
    assert '<a href="/labs/bell">The bell</a>' in client.get("/labs/").text
    page = client.get("/labs/bell").text
    assert "It is heard." in page and "What it is about" not in page
    assert "The log: 1 event" in press("/labs/bell/ring").text
    until(lambda: "1 done, nothing waits" in client.get("/labs/bell").text)
    message = msgspec.json.decode(client.get("/labs/bell/events/1").data)
    assert (message["type"], message["data"]) == ("bell.rung", {"loudness": 7})
    assert "The log: 0 events" in press("/labs/bell/end").text
    assert "<loc>http://localhost/labs/bell</loc>" in client.get("/sitemap.xml").text


def test_two_labs_with_the_same_slug_are_refused(bell: Scenario) -> None:
    namesake = msgspec.structs.replace(bell, slug="retail")
    with pytest.raises(ValueError, match="Two labs have the slug retail"):
        by_slug((*SCENARIOS, namesake))


@pytest.mark.parametrize("button", ["end", "extend"])
def test_a_button_named_like_one_that_every_lab_has_is_refused(bell: Scenario, button: str) -> None:
    hidden = msgspec.structs.replace(bell.actions[0], name=button)
    with pytest.raises(ValueError, match=f"bell: each lab has a button {button} already"):
        by_slug((msgspec.structs.replace(bell, actions=(hidden,)),))


def test_subscribing_to_another_labs_event_type_is_refused(bell: Scenario) -> None:
    listening_in = msgspec.structs.replace(bell, subscriptions=RETAIL.subscriptions)
    sentence = r"bell: another lab subscribes to retail\.order_placed"
    with pytest.raises(ValueError, match=sentence):
        subscriptions_of((*SCENARIOS, listening_in))


@pytest.mark.parametrize(
    "renamed",
    [
        "UPDATE sandboxes SET lab = 'shop' WHERE id = :id",
        "UPDATE consumers SET subscriber = subscriber || '_again' WHERE sandbox_id = :id",
    ],
)
def test_a_sandbox_of_a_lab_that_this_release_no_longer_has_ends_and_holds_up_no_other(
    visitor: Callable[[str], Visitor], until: Until, renamed: str
) -> None:
    earlier, other = visitor("retail"), visitor("payments")
    for shopper, action, count in ((earlier, "place", "1"), (other, "surge", "50")):
        shopper.press(action, count)
    with on_backbone() as session:
        session.execute(text(renamed), {"id": earlier.id})
        session.commit()
    until(other.is_settled)
    with on_backbone() as session:
        assert session.scalars(select(Sandbox.id)).all() == [other.id]
