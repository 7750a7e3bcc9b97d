"""Break it: every combination of faults ends with one engagement, one mail and one charge."""

from collections.abc import Callable
from itertools import chain, combinations

from flask import Flask
from sqlalchemy import text

from app.events.store import read_stream
from app.labs.backbone import on_backbone
from app.labs.break_it.scenario import OF_AN_APPLICATION, ONE_ALREADY
from app.labs.break_it.subscribers import CHARGE_FAILS, MAIL_IS_AWAY, SCORER_DIES, send_mail
from app.labs.faults import REPEATED
from tests.integration.labs.conftest import Until, Visitor

FAULTS = (SCORER_DIES, REPEATED, MAIL_IS_AWAY, CHARGE_FAILS)
EVERY_COMBINATION = list(
    chain.from_iterable(combinations(FAULTS, count) for count in range(len(FAULTS) + 1))
)
ONE_OF_EACH = {"Engagements": 1, "Mails": 1, "Charges": 1}
STREAM = text("SELECT stream FROM events WHERE type = 'trial.engagement_proposed'")


def is_over(breaker: Visitor) -> bool:
    """Whether everything is done that can be done without a replay."""
    state = breaker.state
    return state.count > 2 and all(one.behind == one.dead for one in state.stations)


def test_every_combination_of_faults_ends_with_one_engagement_one_mail_and_one_charge(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    breakers = {faults: visitor("break-it") for faults in EVERY_COMBINATION}
    assert len(breakers) == 16
    for faults, breaker in breakers.items():
        breaker.press("submit", *faults)
    until(lambda: all(map(is_over, breakers.values())))
    for faults, breaker in breakers.items():
        charge = breaker.state.stations[3]
        assert charge.dead == (CHARGE_FAILS in faults), faults
        if charge.dead:
            assert breaker.sums() == ONE_OF_EACH | {"Charges": 0}, faults
            breaker.press("mend")
    until(lambda: all(breaker.is_settled() for breaker in breakers.values()))
    for faults, breaker in breakers.items():
        assert breaker.sums() == ONE_OF_EACH, faults
        assert breaker.state.count <= OF_AN_APPLICATION, faults
        befell = {line.kind for line in breaker.state.incidents}
        assert ("killed" in befell) == (SCORER_DIES in faults), faults
        assert ("repeated" in befell) == (REPEATED in faults), faults


def test_a_mail_sent_without_a_claim_would_show_in_the_figures(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    breaker = visitor("break-it")
    breaker.press("submit")
    until(lambda: is_over(breaker) and breaker.state.count == 3)
    until(breaker.is_settled)
    with on_backbone() as session:
        proposed = read_stream(session, session.scalar(STREAM) or "")[-1]
        send_mail(session, proposed)
        session.commit()
    assert [one.holds for one in breaker.state.sums] == [True, False, True]


def test_only_one_of_two_simultaneous_presses_sends_the_application(
    app: Flask, visitor: Callable[[str], Visitor]
) -> None:
    breaker = visitor("break-it")
    assert breaker.press_twice(app.config["SITE"], "submit") == [str(ONE_ALREADY)]
    assert breaker.state.count == 1


def test_only_one_of_two_simultaneous_presses_replays_the_dead_letter(
    app: Flask, visitor: Callable[[str], Visitor], until: Until
) -> None:
    breaker = visitor("break-it")
    breaker.press("submit", CHARGE_FAILS)
    until(lambda: is_over(breaker))
    assert breaker.press_twice(app.config["SITE"], "mend") == ["There is no dead letter to replay."]
    until(breaker.is_settled)
    assert breaker.sums() == ONE_OF_EACH
