"""What a prospect sees of the outlook, and what they don't."""

import html
import re

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.articles import current_articles
from app.scoring.rubric import current_rubric
from tests.integration.applications.prospect import Prospect

TAGS = re.compile(r"<[^>]+>")


def seen_by(prospect: Prospect) -> str:
    """The page's words."""
    text = TAGS.sub("", prospect.client.get("/apply/outlook").text)
    return " ".join(html.unescape(text).split())


def test_the_review_links_to_it_and_it_leads_back(ready: Prospect) -> None:
    assert 'href="/apply/outlook"' in ready.see("review")
    assert 'href="/apply/review"' in ready.client.get("/apply/outlook").text


def test_it_names_the_kind_and_the_price_and_what_the_others_start_at(ready: Prospect) -> None:
    page = seen_by(ready)
    assert "From these answers we would propose a Build" in page
    assert "Sprint, from $10,000" in page


def test_how_long_it_takes_is_told_for_these_answers(ready: Prospect) -> None:
    ready.press("engagement", budget="60k_to_150k", preferred_kind="build")
    ready.press("outcome", outcome="migration_in_production", deadline="within_6_months")
    assert "Duration: Ten weeks." in seen_by(ready)
    ready.press("outcome", outcome="migration_in_production", deadline="within_1_month")
    assert "Duration: Four weeks." in seen_by(ready)


def test_a_price_above_the_budget_is_told_as_such(ready: Prospect) -> None:
    assert "budget you gave" not in seen_by(ready)
    ready.press("outcome", outcome="migration_in_production")
    ready.press("engagement", budget="25k_to_60k", preferred_kind="build")
    page = seen_by(ready)
    assert "That is above the budget you gave." in page
    assert "Sprint, from $10,000: that would be within your budget" in page


def test_of_a_monthly_price_the_months_are_told_that_are_above_the_budget(
    ready: Prospect,
) -> None:
    ready.press("engagement", budget="25k_to_60k", preferred_kind="fractional", days_a_month="8")
    assert "3 months of it come to more than the budget you gave." in seen_by(ready)


def test_it_says_why_another_kind_than_the_preferred_one(ready: Prospect) -> None:
    assert "You prefer" not in seen_by(ready)
    ready.press("engagement", budget="10k_to_25k", preferred_kind="build")
    page = seen_by(ready)
    assert "we would propose a Sprint" in page
    assert "You prefer a Build, but the budget you gave is below the price of any Build." in page


def test_what_is_unclear_is_said_and_leads_to_its_question(ready: Prospect) -> None:
    assert "What we would have to ask" not in seen_by(ready)
    ready.press("engagement", team_time="none")
    assert "None of your engineers has time. Who will own the result" in seen_by(ready)
    page = ready.client.get("/apply/outlook").text
    assert "Engineers who work on it" not in page
    assert 'href="/apply/engagement?back_to_review=yes#field-team_time"' in page
    assert 'id="field-team_time"' in ready.see("engagement")


def test_it_gives_no_score_away(ready: Prospect) -> None:
    page = seen_by(ready)
    for band in current_rubric().bands:
        assert band.label not in page
    for criterion in current_rubric().criteria:
        assert criterion.label not in page
        assert not any(level.reason in page for level in criterion.levels)


def test_a_misfit_is_told_kindly_and_may_send_all_the_same(ready: Prospect) -> None:
    ready.press("engagement", budget="under_10k")
    page = seen_by(ready)
    assert "Our smallest engagement, the Sprint, costs $10,000" in page
    assert "You can still send the application." in page
    assert "we would propose" not in page
    assert "What we would have to ask" not in page


def test_a_misfit_is_given_what_to_read_instead(ready: Prospect) -> None:
    ready.press("engagement", budget="under_10k")
    page = ready.client.get("/apply/outlook").text
    [misfit] = [one for one in current_rubric().misfits if one.when[0].question == "budget"]
    assert misfit.read
    for slug in misfit.read:
        assert f'href="/articles/{slug}"' in page


def test_each_misfit_has_something_to_read_and_it_is_out(app: Flask) -> None:
    for misfit in current_rubric().misfits:
        assert misfit.read and all(map(current_articles().is_out, misfit.read))


def test_what_is_not_out_yet_is_not_named(
    ready: Prospect, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.press("engagement", budget="under_10k")
    none_out = msgspec.structs.replace(current_articles(), articles=())
    monkeypatch.setitem(app.extensions, "articles", none_out)
    assert "To read instead" not in seen_by(ready)


def test_the_review_fetches_the_part_alone(ready: Prospect) -> None:
    part = ready.client.get("/apply/outlook", headers={"HX-Request": "true"}).text
    assert part.strip().startswith("<section")


def test_an_unfinished_form_is_finished_first(prospect: Prospect, client: FlaskClient) -> None:
    prospect.fill_in("you")
    for browser in (prospect.client, client):
        assert browser.get("/apply/outlook").location == "/apply/review"


def test_of_an_unfinished_form_the_review_gets_no_part_and_no_page_in_its_place(
    prospect: Prospect, client: FlaskClient
) -> None:
    prospect.fill_in("you")
    for browser in (prospect.client, client):
        part = browser.get("/apply/outlook", headers={"HX-Request": "true"})
        assert (part.status_code, part.text) == (204, "")
