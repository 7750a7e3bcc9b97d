"""What is selected next to a lab's buttons: what the sandbox has now, or the last choice."""

import pytest
from flask.testing import FlaskClient

from tests.form_page import FormPage
from tests.integration.labs.conftest import Press

KILL_ONE = {"subscriber": "payments.post_payment"}


def chosen(page: str, action: str) -> list[str]:
    return FormPage(page).values.get(f"{action}-choice", [])


@pytest.mark.parametrize(
    ("lab", "action", "value"),
    [("payments", "surge", "200"), ("retail", "place", "20"), ("time-machine", "deposit", "20000")],
)
def test_the_last_choice_stays_selected(
    client: FlaskClient, press: Press, lab: str, action: str, value: str
) -> None:
    assert chosen(client.get(f"/labs/{lab}").text, action) != [value]
    page = press(f"/labs/{lab}/{action}", **{f"{action}-choice": value}).text
    assert chosen(page, action) == [value]


def test_pressing_another_button_keeps_the_last_choice(press: Press) -> None:
    press("/labs/payments/surge", **{"surge-choice": "200"})
    assert chosen(press("/labs/payments/consumers/kill", **KILL_ONE).text, "surge") == ["200"]


def test_the_selected_number_of_consumers_is_the_number_running(press: Press) -> None:
    def seen_after(action: str, value: str) -> list[str]:
        page = press(f"/labs/payments/{action}", **{f"{action}-choice": value}).text
        return chosen(page, "consumers")

    assert seen_after("surge", "50") == ["1"]
    assert seen_after("consumers", "4") == ["4"]
    press("/labs/payments/end")
    assert seen_after("surge", "50") == ["1"]


def test_the_faults_chosen_for_a_sandbox_stay_ticked(press: Press) -> None:
    faults = ["repeated", "scorer_dies"]
    page = press("/labs/break-it/submit", **{"submit-choice": faults}).text
    assert sorted(chosen(page, "submit")) == faults
