"""The end of a visitor's hour: announced in time, and put off by a press if there is room."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.labs.backbone import on_backbone
from app.labs.sandboxes import count_sandboxes
from app.web.htmx import STOP_ASKING
from tests.integration.labs.conftest import Press, Visitor, pass_minutes

WARNED = re.compile(r"Your sandbox ends at \d\d:\d\d UTC")
KEPT = re.compile(r"Your sandbox is kept until \d\d:\d\d UTC\.")
FIRST_PRESS = {
    "retail": ("/labs/retail/place", {"place-choice": "1"}),
    "time-machine": ("/labs/time-machine/deposit", {"deposit-choice": "20000"}),
}


def look_for_minutes(client: FlaskClient, lab: str, minutes: int) -> str:
    """Look at least every ten minutes, as any page that polls does; return the last answer."""
    for step in [10] * (minutes // 10) + [minutes % 10]:
        pass_minutes(step)
        part = client.get(f"/labs/{lab}/turn")
    return part.text


@pytest.mark.parametrize("lab", FIRST_PRESS)
def test_visitors_are_warned_five_minutes_before_their_hour_ends(
    client: FlaskClient, press: Press, lab: str
) -> None:
    address, choice = FIRST_PRESS[lab]
    press(address, **choice)
    assert not WARNED.search(look_for_minutes(client, lab, 54))
    assert WARNED.search(look_for_minutes(client, lab, 2))
    page = client.get(f"/labs/{lab}").text
    assert WARNED.search(page) and f'action="/labs/{lab}/extend"' in page


def test_a_press_keeps_the_sandbox_for_another_hour_any_number_of_times(
    client: FlaskClient, press: Press
) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    for _ in range(3):
        assert WARNED.search(look_for_minutes(client, "retail", 56))
        page = press("/labs/retail/extend").text
        assert KEPT.search(page) and not WARNED.search(page)
        assert "The log: 1 event" in page


def test_a_sandbox_is_not_kept_longer_while_others_may_be_waiting(
    client: FlaskClient, press: Press, visitor: Callable[[str], Visitor], app: Flask
) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    look_for_minutes(client, "retail", 56)
    for _ in range(app.config["SITE"].LABS_SANDBOXES - 1):
        visitor("payments")
    page = press("/labs/retail/extend").text
    assert "so yours can’t be kept for longer" in page and WARNED.search(page)


def test_a_visitor_who_comes_too_late_is_told_that_the_sandbox_has_ended(
    client: FlaskClient, press: Press
) -> None:
    press("/labs/retail/place", **{"place-choice": "1"})
    pass_minutes(16)
    part = client.get("/labs/retail/turn")
    assert "This sandbox has ended" in part.text and part.status_code == STOP_ASKING
    page = press("/labs/retail/extend").text
    assert "The log: 0 events" in page and not KEPT.search(page)
    with on_backbone() as session:
        assert count_sandboxes(session) == 0


def test_the_warning_and_the_extension_are_in_german_too(
    client: FlaskClient, german: FlaskClient, press: Press
) -> None:
    press("/labs/retail/place", by=german, **{"place-choice": "1"})
    part = look_for_minutes(german, "retail", 56)
    assert "Ihre Sandbox endet um" in part and "Noch eine Stunde behalten" in part
    assert "Ihre Sandbox bleibt bis" in press("/labs/retail/extend", by=german).text
