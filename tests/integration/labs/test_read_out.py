"""What a screen reader says of a lab as it updates, and how the keyboard focus survives that."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.labs.backbone import RUNNING
from app.platform.database.advisory_locks import alone_at
from tests.integration.labs.conftest import Press, Until

LINE = re.compile(r'<p class="standing" id="standing" role="status">([^<]*)</p>')
IN_THE_PART = re.compile(r'id="lab-state" data-standing="([^"]*)"')
INVENTORY = {"subscriber": "retail.reserve_stock"}
CHARGE_FAILS = {"submit-choice": "charge_fails"}


@pytest.fixture
def running(backbone: Flask) -> Iterator[None]:
    """Act as if the labs' process were running; the test turns its runner."""
    with backbone.app_context(), alone_at(RUNNING):
        yield


@pytest.fixture
def says(client: FlaskClient) -> Callable[[str], str]:
    """The lab's status line, which the updating part has to repeat word for word."""

    def says(lab: str, by: FlaskClient = client) -> str:
        page = by.get(f"/labs/{lab}").text
        [line], [said] = LINE.findall(page), IN_THE_PART.findall(page)
        assert line == said
        return str(line)

    return says


@pytest.mark.usefixtures("running")
def test_one_status_line_says_how_things_stand(
    press: Press, until: Until, says: Callable[..., str]
) -> None:
    assert says("retail") == "Nothing has happened yet."
    press("/labs/retail/consumers/stop", **INVENTORY)
    press("/labs/retail/place", **{"place-choice": "5"})
    assert says("retail") == "Work is under way."
    until(lambda: says("retail") == "5 deliveries wait for stopped consumers.")
    press("/labs/retail/consumers/start", **INVENTORY)
    until(lambda: says("retail") == "All work is done, and no figure is wrong.")


@pytest.mark.usefixtures("running")
def test_the_status_line_announces_a_dead_letter_in_german_too(
    client: FlaskClient,
    german: FlaskClient,
    press: Press,
    until: Until,
    says: Callable[..., str],
) -> None:
    for by in (client, german):
        press("/labs/break-it/submit", by=by, **CHARGE_FAILS)
    until(lambda: says("break-it") == "One delivery is a dead letter.")
    until(lambda: says("break-it", german) == "Eine Zustellung ist ein Dead Letter.")


def test_the_status_line_says_that_the_labs_are_not_running(
    press: Press, says: Callable[..., str]
) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    assert says("retail") == "The labs are not running at the moment."


def test_the_part_that_is_swapped_is_not_a_live_region(client: FlaskClient, press: Press) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    part = client.get("/labs/retail/state").text
    assert IN_THE_PART.search(part) and "role=" not in part and "aria-live" not in part


def test_every_focusable_element_in_an_updating_part_has_an_id_of_its_own(
    client: FlaskClient, press: Press
) -> None:
    press("/labs/retail/place", **{"place-choice": "5"})
    for path in ("/labs/retail/state", "/labs/this-site/part"):
        focusable = re.findall(r"<(?:a|button)\b[^>]*>", client.get(path).text)
        ids = [re.findall(r'\sid="([^"]+)"', tag) for tag in focusable]
        assert ids and all(ids) and len({one for [one] in ids}) == len(ids)
