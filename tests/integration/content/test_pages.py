"""The public pages, as a first-time visitor gets them."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.articles import current_articles
from app.engagements.pricing import modifier_line, starting_price_cents
from app.engagements.rate_card import current_rate_card
from app.firm.brand import current_brand
from app.firm.offers import KINDS, Kind, current_offers
from app.web.rendering import money

FIRM = ["/how-we-work", "/about", "/privacy", "/imprint"]
PAGES = ["/", "/articles/", "/engagements/", *(f"/engagements/{kind}" for kind in KINDS), *FIRM]


@pytest.fixture
def slugs(app: Flask) -> list[str]:
    with app.app_context():
        return [article.about.slug for article in current_articles().articles]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_title_and_one_headline_and_loads_only_from_this_site(
    client: FlaskClient, path: str
) -> None:
    html = client.get(path).text
    assert len(re.findall(r"<h1\b", html)) == 1
    assert len(re.findall(r"<title>", html)) == 1
    asked = (
        r'<(script|link(?! rel="(canonical|alternate)")|img|iframe)[^>]+(src|href)="(https?:)?//'
    )
    assert not re.search(asked, html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_has_not_changed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize(
    "path", ["/", "/engagements/", *(f"/engagements/{kind}" for kind in KINDS)]
)
def test_a_page_with_prices_says_whether_they_are_net_or_gross(
    client: FlaskClient, path: str
) -> None:
    assert "Prices are without sales tax and VAT." in client.get(path).text


@pytest.mark.parametrize("path", ["/", "/engagements/"])
def test_each_engagement_is_shown_with_its_floor_from_the_rate_card(
    app: Flask, client: FlaskClient, path: str
) -> None:
    html = client.get(path).text
    with app.app_context():
        for offer in current_offers().offers:
            price = money(starting_price_cents(offer.kind, current_rate_card()), "usd")
            assert f"/engagements/{offer.kind}" in html
            assert offer.duration in html
            assert price in html


@pytest.mark.parametrize("kind", KINDS)
def test_an_engagement_shows_when_it_fits_for_whom_and_every_line_of_its_price(
    app: Flask, client: FlaskClient, kind: Kind
) -> None:
    html = client.get(f"/engagements/{kind}").get_data(as_text=True)
    with app.app_context():
        offer, price = current_offers().offer(kind), current_rate_card().price_of(kind)
    words = [part.when for part in offer.deliverables]
    lines = [modifier_line(modifier, price) for modifier in price.modifiers]
    words += [word for line in lines for word in (line.label, money(line.amount_cents, "usd"))]
    words += [money(cents, "usd") for cents in (price.base_cents, price.floor_cents)]
    assert [word for word in words if word not in html] == []
    assert html.count("<li>") >= len(offer.who_for) + len(offer.not_for) + len(offer.terms)


def test_the_home_pages_figure_links_to_the_stages_that_it_leaves_out(
    client: FlaskClient,
) -> None:
    caption = re.search(r"<figcaption>(.*?)</figcaption>", client.get("/").text, re.DOTALL)
    assert caption and 'href="/labs/this-site"' in caption[1]


def test_the_weightiest_criterion_is_named_first(client: FlaskClient) -> None:
    html = client.get("/engagements/").text
    judged = html[html.index('id="judged"') :]
    points = [int(figure) for figure in re.findall(r'<td class="num">(\d+)</td>', judged)]
    assert len(points) > 5 and points == sorted(points, reverse=True)


@pytest.mark.parametrize("path", ["/engagements/retainer", "/articles/nothing", "/nothing"])
def test_the_page_at_an_unknown_address_says_what_to_do(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert 'href="/"' in response.text


def test_the_home_page_says_beside_its_button_what_the_cheapest_engagement_costs(
    client: FlaskClient,
) -> None:
    head, table, _ = re.split(r"<table|</table>", client.get("/").text, maxsplit=2)
    prices = [int(price.replace(",", "")) for price in re.findall(r"\$([\d,]+)", table)]
    assert f"What we do, from ${min(prices):,}</a>" in head


def test_the_home_page_leads_to_the_newest_article(client: FlaskClient, slugs: list[str]) -> None:
    assert f'href="/articles/{slugs[0]}"' in client.get("/").text


def test_each_article_opens_and_its_table_of_contents_leads_to_its_headings(
    client: FlaskClient, slugs: list[str]
) -> None:
    listing = client.get("/articles/").text
    for slug in slugs:
        assert f'href="/articles/{slug}"' in listing
        html = client.get(f"/articles/{slug}").text
        for anchor in re.findall(r'href="#([^"]+)"', html):
            assert f'id="{anchor}"' in html, anchor


def test_every_footer_links_to_the_firms_pages_the_feed_and_the_staff_login(
    client: FlaskClient,
) -> None:
    for path, in_german in (("/", "/"), ("/apply", "/apply"), ("/nothing", "/")):
        foot = client.get(path).text.partition("<footer")[2]
        links = re.findall(r'href="(/[^"]*)"', foot)
        others = ["/articles/feed.xml", "/staff/login", f"{in_german}?lang=de"]
        assert links == [*FIRM, *others]


def test_the_firms_pages_use_the_brands_words_and_leave_no_placeholder(
    app: Flask, client: FlaskClient
) -> None:
    brand = current_brand()
    imprint = client.get("/imprint").text
    for words in (brand.legal_name, brand.legal_address[0], f"mailto:{brand.email}"):
        assert words in imprint.partition("<main")[2].partition("<footer")[0]
    assert [path for path in FIRM if "{{" in client.get(path).text] == []
    assert f"About {brand.name}" in client.get("/about").text


def test_the_privacy_page_says_for_how_many_days_drafts_are_kept(
    app: Flask, client: FlaskClient
) -> None:
    days = app.config["SITE"].DRAFT_DAYS
    assert f"deleted {days} days after your last change" in client.get("/privacy").text


def test_no_public_page_sets_a_cookie(client: FlaskClient) -> None:
    for path in PAGES:
        assert "Set-Cookie" not in client.get(path).headers
