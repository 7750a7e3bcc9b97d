"""The labs' pages as a browser without scripts gets them."""

import html
import re

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.labs.backbone import RUNNING
from app.labs.sandboxes import ALL_IN_USE
from app.labs.scenarios import SCENARIOS
from app.platform.database.advisory_locks import alone_at
from tests.form_page import token_in
from tests.integration.labs.conftest import Press, Until

SLUGS = [scenario.slug for scenario in SCENARIOS]
SEEN = re.compile(r'hx-get="(/labs/[^"]+/state\?seen=\w+)"')
INVENTORY = {"subscriber": "retail.reserve_stock"}


def test_the_list_names_every_lab_and_says_how_many_sandboxes_are_in_use(
    client: FlaskClient, press: Press
) -> None:
    page = client.get("/labs/").text
    assert all(f'href="/labs/{slug}"' in page for slug in SLUGS)
    assert "0 of 24 sandboxes are in use." in page
    press("/labs/retail/place", **{"place-choice": "1"})
    assert "1 of 24 sandboxes are in use." in client.get("/labs/").text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_lab_is_described_before_a_sandbox_is_opened(client: FlaskClient, slug: str) -> None:
    page = html.unescape(client.get(f"/labs/{slug}").text)
    scenario = next(one for one in SCENARIOS if one.slug == slug)
    assert all(str(paragraph) in page for paragraph in scenario.story)
    assert "0 of 24 sandboxes are in use." in client.get("/labs/").text
    assert client.get(f"/labs/{slug}/events/1").status_code == 404


def test_the_buttons_work_without_scripts(client: FlaskClient, press: Press) -> None:
    page = press("/labs/retail/place", **{"place-choice": "5"}).text
    assert "The log: 5 events" in page and "5 behind" in page
    page = press("/labs/retail/consumers/stop", **INVENTORY).text
    assert "Stopped" in page and "Start Inventory" in page
    page = press("/labs/retail/consumers/start", **INVENTORY).text
    assert "Stop Inventory" in page
    page = press("/labs/retail/end").text
    assert "The log: 0 events" in page


def test_an_action_on_a_subscriber_redirects_to_its_place_on_the_page(
    client: FlaskClient, press: Press
) -> None:
    page = press("/labs/payments/surge", **{"surge-choice": "50"}).text
    token = token_in(page)
    assert 'id="station-payments.post_payment"' in page
    for about in ("payments.post_payment", "payments.notify_holder"):
        fields = {"subscriber": about, "csrf_token": token}
        answer = client.post("/labs/payments/consumers/kill", data=fields)
        assert answer.location == f"/labs/payments#station-{about}"


def test_a_refusal_redirects_to_the_top_of_the_page_where_it_is_shown(
    client: FlaskClient, press: Press
) -> None:
    page = press("/labs/payments/consumers/kill", subscriber="payments.post_payment").text
    token = token_in(page)
    fields = {"subscriber": "payments.post_payment", "csrf_token": token}
    answer = client.post("/labs/payments/consumers/kill", data=fields)
    assert answer.location == "/labs/payments"
    assert "No consumer is running" in client.get(answer.location).text


def test_an_event_is_shown_as_its_cloudevents_message(client: FlaskClient, press: Press) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    answer = client.get("/labs/retail/events/1")
    message = msgspec.json.decode(answer.data)
    assert answer.mimetype == "application/json"
    assert message["specversion"] == "1.0"
    assert message["type"] == "retail.order_placed"
    assert message["data"] == {"article": "garden chair", "quantity": 2}
    assert "dataschema" not in message
    for number in (0, 2, 2**63, 10**40):
        assert client.get(f"/labs/retail/events/{number}").status_code == 404


def test_an_up_to_date_page_gets_no_content_and_stops_polling_when_the_sandbox_ends(
    app: Flask, client: FlaskClient, press: Press, until: Until
) -> None:
    page = press("/labs/retail/place", **{"place-choice": "1"}).text
    address = SEEN.search(page)
    assert address
    until(lambda: client.get(address[1]).text.count("1 done, nothing waits") == 3)
    moved = client.get(address[1])
    assert moved.status_code == 200
    settled = SEEN.search(moved.text)
    assert settled
    assert client.get(settled[1]).status_code == 204
    press("/labs/retail/end")
    over = client.get(settled[1])
    assert over.status_code == 286 and "hx-get" not in over.text


def test_a_page_on_which_nothing_changes_polls_less_often(
    client: FlaskClient, press: Press, until: Until
) -> None:
    page = press("/labs/retail/place", **{"place-choice": "1"}).text
    assert 'hx-trigger="every 1s"' in page
    until(lambda: client.get("/labs/retail").text.count("1 done, nothing waits") == 3)
    assert 'hx-trigger="every 4s"' in client.get("/labs/retail").text
    page = press("/labs/retail/consumers/stop", **INVENTORY).text
    assert 'hx-trigger="every 4s"' in page


def test_nobody_sees_anybody_elses_sandbox(app: Flask, client: FlaskClient, press: Press) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    stranger = app.test_client()
    assert "The log: 0 events" in stranger.get("/labs/retail").text
    assert stranger.get("/labs/retail/events/1").status_code == 404
    press("/labs/retail/place", by=stranger, **{"place-choice": "5"})
    assert "The log: 5 events" in stranger.get("/labs/retail").text
    assert "The log: 1 event" in client.get("/labs/retail").text


def test_when_every_sandbox_is_in_use_the_page_says_so_and_still_describes_the_lab(
    app: Flask, backbone: Flask, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = msgspec.structs.replace(app.config["SITE"], LABS_SANDBOXES=0)
    for one in (app, backbone):
        monkeypatch.setitem(one.config, "SITE", config)
    page = press("/labs/retail/place", **{"place-choice": "1"}).text
    assert str(ALL_IN_USE) in page
    assert "All 0 sandboxes are in use right now" in page and "What happens" in page


def test_one_network_cannot_take_every_sandbox(
    app: Flask, client: FlaskClient, press: Press
) -> None:
    def come_from(address: str) -> str:
        stranger = app.test_client()
        stranger.environ_base["REMOTE_ADDR"] = address
        return press("/labs/retail/place", by=stranger, **{"place-choice": "1"}).text

    for number in range(12):
        assert "The log: 1 event" in come_from(f"2001:db8:0:7::{number}")
    refused = come_from("2001:db8:0:7::99")
    assert "12 sandboxes are open from your network" in refused and "The log: 0 events" in refused
    assert "The log: 1 event" in come_from("2001:db8:0:8::1")
    assert "One network can have 12 of them at the same time." in client.get("/labs/").text


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        ("/labs/nothing", {}, 404),
        ("/labs/retail/nothing", {}, 404),
        ("/labs/retail/place", {"place-choice": "7"}, 400),
        ("/labs/retail/place", {}, 400),
        ("/labs/retail/consumers/stop", {"subscriber": "scoring.score_fit"}, 400),
        ("/labs/retail/consumers/kill", INVENTORY, 400),
        ("/labs/retail/consumers/promote", INVENTORY, 404),
    ],
)
def test_a_request_that_the_page_does_not_offer_is_refused(
    client: FlaskClient, address: str, fields: dict[str, str], status: int
) -> None:
    token = token_in(client.get("/labs/retail").text)
    answer = client.post(address, data={**fields, "csrf_token": token})
    assert answer.status_code in {status, 405 if status == 404 else status}
    assert "0 of 24" in client.get("/labs/").text


def test_without_a_csrf_token_nothing_is_done(client: FlaskClient) -> None:
    assert client.post("/labs/retail/place", data={"place-choice": "1"}).status_code == 400
    assert "0 of 24" in client.get("/labs/").text


def test_presses_of_all_buttons_count_towards_one_limit(client: FlaskClient, press: Press) -> None:
    buttons = ("/labs/retail/end", "/labs/retail/place", "/labs/retail/consumers/stop")
    fields = {"place-choice": "1", **INVENTORY}
    answers = [press(buttons[max(0, turn - 58)], **fields).status_code for turn in range(61)]
    assert set(answers[:60]) == {200} and answers[60] == 429


@pytest.mark.parametrize("path", ["/labs/", *(f"/labs/{slug}" for slug in SLUGS)])
def test_each_page_states_a_visitors_limits(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert "You can have one sandbox in each lab. It holds at most 1,000 events" in page
    assert "one network can press 60 buttons a minute" in page


def test_a_labs_page_says_when_the_labs_process_is_not_running(
    app: Flask, client: FlaskClient, press: Press
) -> None:
    standing_still = "The labs are not running"
    assert standing_still not in client.get("/labs/retail").text
    assert standing_still in press("/labs/retail/place", **{"place-choice": "1"}).text
    with app.extensions["labs"].app_context(), alone_at(RUNNING):
        assert standing_still not in client.get("/labs/retail").text
    assert standing_still in client.get("/labs/retail").text
