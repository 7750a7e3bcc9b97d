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


def test_the_review_and_the_outlook_link_to_each_other(ready: Prospect) -> None:
    assert 'href="/apply/outlook"' in ready.see("review")
    assert 'href="/apply/review"' in ready.client.get("/apply/outlook").text


def test_the_outlook_names_the_kind_its_price_and_what_the_others_start_at(ready: Prospect) -> None:
    page = seen_by(ready)
    assert "From these answers we would propose: Build" in page
    assert "Sprint, from $10,000" in page


def test_the_outlook_gives_the_duration_that_follows_from_the_answers(ready: Prospect) -> None:
    ready.press("engagement", budget="60k_to_150k", preferred_kind="build")
    ready.press("outcome", outcome="migration_in_production", deadline="within_6_months")
    assert "Ten weeks. An event backbone" in seen_by(ready)
    ready.press("outcome", outcome="migration_in_production", deadline="within_1_month")
    assert "Four weeks. An event backbone" in seen_by(ready)


def test_the_outlook_says_when_the_price_is_above_the_budget(ready: Prospect) -> None:
    assert "budget you gave" not in seen_by(ready)
    ready.press("outcome", outcome="migration_in_production")
    ready.press("engagement", budget="25k_to_60k", preferred_kind="build")
    page = seen_by(ready)
    assert "That is above the budget you gave." in page
    assert "Sprint, from $10,000: that would be within your budget" in page


def test_for_a_monthly_price_the_outlook_says_how_many_months_exceed_the_budget(
    ready: Prospect,
) -> None:
    ready.press("engagement", budget="25k_to_60k", preferred_kind="fractional", days_a_month="8")
    assert "3 months of it come to more than the budget you gave." in seen_by(ready)


def test_the_outlook_says_why_it_proposes_another_kind_than_the_preferred_one(
    ready: Prospect,
) -> None:
    assert "You prefer" not in seen_by(ready)
    ready.press("engagement", budget="10k_to_25k", preferred_kind="build")
    page = seen_by(ready)
    assert "we would propose: Sprint" in page
    assert "You prefer a Build, but the budget you gave is below the price of any Build." in page


def test_an_unclear_point_is_named_and_links_to_its_question(ready: Prospect) -> None:
    assert "What we would have to ask" not in seen_by(ready)
    ready.press("engagement", team_time="none")
    assert "None of your engineers has time. Who will own the result" in seen_by(ready)
    page = ready.client.get("/apply/outlook").text
    assert "Engineers who work on it" not in page
    assert 'href="/apply/engagement?back_to_review=yes#field-team_time"' in page
    assert 'id="field-team_time"' in ready.see("engagement")


def test_the_outlook_gives_no_score_away(ready: Prospect) -> None:
    page = seen_by(ready)
    for band in current_rubric().bands:
        assert band.label not in page
    for criterion in current_rubric().criteria:
        assert criterion.label not in page
        assert not any(level.reason in page for level in criterion.levels)


def test_a_misfit_is_told_kindly_and_may_still_send_the_application(ready: Prospect) -> None:
    ready.press("engagement", budget="under_10k")
    page = seen_by(ready)
    assert "Our smallest engagement, the Sprint, costs $10,000" in page
    assert "You can still send the application." in page
    assert "we would propose" not in page
    assert "What we would have to ask" not in page


def test_a_misfit_is_given_articles_to_read_instead(ready: Prospect) -> None:
    ready.press("engagement", budget="under_10k")
    page = ready.client.get("/apply/outlook").text
    [misfit] = [one for one in current_rubric().misfits if one.when[0].question == "budget"]
    assert misfit.read
    for slug in misfit.read:
        assert f'href="/articles/{slug}"' in page


def test_each_misfit_has_articles_to_read_and_they_are_published(app: Flask) -> None:
    for misfit in current_rubric().misfits:
        assert misfit.read and all(map(current_articles().is_out, misfit.read))


def test_an_article_not_yet_published_is_not_named(
    ready: Prospect, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.press("engagement", budget="under_10k")
    none_out = msgspec.structs.replace(current_articles(), articles=())
    monkeypatch.setitem(app.extensions, "articles", none_out)
    assert "To read instead" not in seen_by(ready)


def test_the_review_fetches_the_outlook_without_the_page_around_it(ready: Prospect) -> None:
    part = ready.client.get("/apply/outlook", headers={"HX-Request": "true"}).text
    assert part.strip().startswith("<section")


def test_an_unfinished_form_has_to_be_finished_before_the_outlook(
    prospect: Prospect, client: FlaskClient
) -> None:
    prospect.fill_in("you")
    for browser in (prospect.client, client):
        assert browser.get("/apply/outlook").location == "/apply/review"


def test_for_an_unfinished_form_the_review_gets_nothing_rather_than_a_whole_page(
    prospect: Prospect, client: FlaskClient
) -> None:
    prospect.fill_in("you")
    for browser in (prospect.client, client):
        part = browser.get("/apply/outlook", headers={"HX-Request": "true"})
        assert (part.status_code, part.text) == (204, "")
