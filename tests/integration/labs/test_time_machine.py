"""Time machine: an account made of its events, rewound event by event, never overdrawn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.labs.backbone import on_backbone
from app.labs.scenario import NotNow
from app.labs.time_machine.fold import moments_of
from app.labs.time_machine.scenario import MOST_EVENTS, account_events
from tests.integration.labs.conftest import Press, Visitor

PAGE = "/labs/time-machine"


def balance_of(saver: Visitor) -> int:
    with on_backbone() as session:
        moments = moments_of(account_events(session, saver.id))
    return moments[-1].account.balance if moments else 0


def test_each_earlier_state_is_a_link_away(client: FlaskClient, press: Press) -> None:
    press(f"{PAGE}/deposit", **{"deposit-choice": "20000"})
    press(f"{PAGE}/withdraw", **{"withdraw-choice": "5000"})
    page = press(f"{PAGE}/deposit", **{"deposit-choice": "1000"}).text
    assert "Balance after 4 of 4 events</dt><dd>$160<" in page
    for number, balance in enumerate(("$0", "$0", "$200", "$150", "$160")):
        page = client.get(f"{PAGE}?at={number}").text
        assert f"Balance after {number} of 4 events</dt><dd>{balance}<" in page
    for odd in ("-1", "99", "x", ""):
        assert client.get(f"{PAGE}?at={odd}").status_code == 200
    message = msgspec.json.decode(client.get(f"{PAGE}/events/3").data)
    assert message["data"] == {"amount_cents": 5000}


def test_a_refused_withdrawal_leaves_no_event(client: FlaskClient, press: Press) -> None:
    page = press(f"{PAGE}/withdraw", **{"withdraw-choice": "1000"}).text
    assert "The account holds less than that." in page
    assert "Balance after 0 of 0 events" in page


def test_simultaneous_withdrawals_never_spend_the_same_money(
    app: Flask, visitor: Callable[[str], Visitor]
) -> None:
    saver = visitor("time-machine")
    saver.press("deposit", "5000")

    def withdraw(_: int) -> bool:
        with app.app_context():
            try:
                saver.press("withdraw", "5000")
            except NotNow:
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(withdraw, range(8))) == 1
    assert balance_of(saver) == 0


def test_an_account_never_holds_more_events_than_a_page_can_show(
    visitor: Callable[[str], Visitor],
) -> None:
    saver = visitor("time-machine")
    for _ in range(MOST_EVENTS - 1):
        saver.press("deposit", "1000")
    with pytest.raises(NotNow):
        saver.press("deposit", "1000")
