"""The labs in German: pages as they update, the parts that they fetch, and their refusals."""

import re

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.german import english_left_in
from tests.integration.labs.conftest import Press, Until

SEEN = re.compile(r'hx-get="(/labs/[^"]+\?seen=\w+)"')
FAULTS = ["scorer_dies", "repeated", "mail_is_away", "charge_fails"]
PLACE, DEPOSIT = {"place-choice": "5"}, {"deposit-choice": "20000"}
SPACE = "\N{NO-BREAK SPACE}"


def next_look(page: str) -> str:
    """The address from which the page fetches its updating part."""
    found = SEEN.search(page)
    assert found
    return found[1]


def test_the_updating_part_of_a_page_comes_in_the_visitors_language(
    client: FlaskClient, german: FlaskClient, press: Press, until: Until
) -> None:
    page = press("/labs/retail/place", by=german, **PLACE).text
    assert "Das Log: 5 Events" in page and "5 im Rückstand" in page
    assert "Das Labor steht gerade still" in page
    look = next_look(page)
    until(lambda: german.get(look).text.count("5 erledigt, nichts wartet") == 3)
    part = german.get(look)
    assert part.headers["Content-Language"] == "de"
    assert "Wie es sein muss" in part.text
    assert english_left_in(part.text) == []
    assert "The log: 5 events" in press("/labs/retail/place", **PLACE).text


def test_changing_the_language_sends_the_updating_part_again(
    german: FlaskClient, press: Press, until: Until
) -> None:
    look = next_look(press("/labs/retail/place", by=german, **PLACE).text)
    until(lambda: german.get(look).text.count("5 erledigt, nichts wartet") == 3)
    settled = next_look(german.get(look).text)
    assert german.get(settled).status_code == 204
    german.get("/?lang=en")
    assert "5 done, nothing waits" in german.get(settled).text


def test_what_happens_to_consumers_is_reported_in_german(german: FlaskClient, press: Press) -> None:
    inventory, accounts = (
        {"subscriber": name} for name in ("retail.reserve_stock", "payments.post_payment")
    )
    stopped = press("/labs/retail/consumers/stop", by=german, **inventory).text
    assert "Lager: angehalten" in stopped and 'aria-label="Lager starten"' in stopped
    started = press("/labs/retail/consumers/start", by=german, **inventory).text
    assert "Lager: gestartet" in started and 'aria-label="Lager anhalten"' in started
    killed = press("/labs/payments/consumers/kill", by=german, **accounts).text
    assert "Konten: Ein Consumer wurde hart beendet" in killed
    for page in (stopped, started, killed):
        assert english_left_in(page) == []
    again = press("/labs/payments/consumers/kill", by=german, **accounts).text
    assert "Es läuft kein Consumer, den man hart beenden könnte." in again


def test_failures_are_reported_in_german_except_for_an_exceptions_own_words(
    german: FlaskClient, press: Press, until: Until
) -> None:
    page = press("/labs/break-it/submit", by=german, **{"submit-choice": FAULTS}).text
    look = next_look(page)
    until(lambda: "Dead Letter nach 4 Versuchen" in german.get(look).text)
    part = german.get(look).text
    assert re.search(r'<code lang="en">ChargeRefused[^<]+</code>', part)
    assert "Anstelle des beendeten Consumers wurde ein neuer gestartet" in part
    assert "hat dieselbe Aufgabe noch einmal bekommen" in part
    assert english_left_in(part) == []
    page = press("/labs/break-it/submit", by=german, **{"submit-choice": FAULTS}).text
    assert "In dieser Sandbox ist schon eine Anfrage." in page


def test_money_and_numbers_are_written_as_german_writes_them(
    german: FlaskClient, press: Press, until: Until
) -> None:
    page = press("/labs/time-machine/deposit", by=german, **DEPOSIT).text
    assert f"Kontostand nach 2 von 2 Events</dt><dd>200{SPACE}$</dd>" in page
    assert f">200{SPACE}$</span>" in page and "$200" not in page
    assert (
        'href="/labs/time-machine?at=1&amp;lang=en"' in german.get("/labs/time-machine?at=1").text
    )
    look = next_look(press("/labs/payments/surge", by=german, **{"surge-choice": "50"}).text)
    until(lambda: german.get(look).text.count("50 erledigt, nichts wartet") == 3)
    assert re.search(r"mit einem Consumer je Schritt</dt>\s*<dd>\d+,\d</dd>", german.get(look).text)


@pytest.mark.parametrize(
    ("address", "fields", "sentence"),
    [
        ("/labs/time-machine/withdraw", {"withdraw-choice": "1000"}, "So viel ist nicht auf dem"),
        ("/labs/break-it/mend", {}, "Es gibt keinen Dead Letter, der zu wiederholen wäre."),
        ("/labs/retail/place", {"place-choice": "7"}, "Das ließ sich nicht verarbeiten"),
    ],
)
def test_a_refusal_is_in_german(
    german: FlaskClient, press: Press, address: str, fields: dict[str, str], sentence: str
) -> None:
    refused = press(address, by=german, **fields).text
    assert sentence in refused
    assert english_left_in(refused) == []


@pytest.mark.parametrize(
    ("setting", "most", "sentence"),
    [
        ("LABS_SANDBOXES", 0, "Gerade sind alle Sandboxen belegt."),
        ("LABS_EVENTS", 4, "Diese Sandbox enthält so viele Events, wie sie darf."),
    ],
)
def test_a_limit_is_explained_in_german(
    app: Flask,
    backbone: Flask,
    german: FlaskClient,
    press: Press,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    most: int,
    sentence: str,
) -> None:
    config = msgspec.structs.replace(app.config["SITE"], **{setting: most})
    for one in (app, backbone):
        monkeypatch.setitem(one.config, "SITE", config)
    page = press("/labs/retail/place", by=german, **PLACE).text
    assert sentence in page
    assert english_left_in(page) == []


def test_an_event_is_the_same_message_in_every_language(german: FlaskClient, press: Press) -> None:
    press("/labs/retail/place", by=german, **PLACE)
    message = german.get("/labs/retail/events/1")
    english = german.get("/labs/retail/events/1", headers={"Accept-Language": "en"})
    assert message.data == english.data
    assert msgspec.json.decode(message.data)["type"] == "retail.order_placed"


def test_the_check_for_leftover_english_finds_it_on_an_english_page(
    client: FlaskClient, press: Press
) -> None:
    left = english_left_in(press("/labs/retail/place", **PLACE).text)
    assert "Place an order and follow it through the three departments." in left
    assert "The latest events; each number opens the event as JSON" in left
