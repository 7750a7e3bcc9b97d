"""For a firm that charges in euros, every page, mail and search result says so, and Stripe is asked
for euros."""

import html
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.engagements.models import Engagement
from app.notifications.models import MailMessage
from app.platform.database import db, utc_now
from config import ROOT
from tests.demo_applications import STRONG
from tests.form_page import token_in
from tests.integration.payments.actors import Handle, Payer, PostWebhook, Standin
from tests.submitted import submit_answers

IN_EUROS = {'"usd"': '"eur"', "$": "€", "US dollars": "euros", "US-Dollar": "Euro"}
NUMBERS = re.compile(r"^numbers = \[.*?^\]", re.DOTALL | re.MULTILINE)
IBAN = "PT50 0002 0123 1234 5678 9015 4"
DOLLARS = re.compile(r"\$\s?\d|\d\s?\$|USD|[Dd]ollar")
SEEN = re.compile(r'name="confirmed" value="(\w+)"')
STAFFS_WORDS = ("€12,500.50", "€6,250.25")
WORDS = {"en": STAFFS_WORDS, "de": ("12.500,50\N{NO-BREAK SPACE}€", "6.250,25\N{NO-BREAK SPACE}€")}


@pytest.fixture(scope="module")
def site(site_with: Callable[..., Flask], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The firm's site, whose rate card, questions and reasons are in euros."""
    folder = tmp_path_factory.mktemp("euros") / "content"
    shutil.copytree(ROOT / "content", folder)
    for file in (*folder.glob("*.toml"), folder / "translations/de.po"):
        text = file.read_text()
        for dollars, euros in IN_EUROS.items():
            text = text.replace(dollars, euros)
        file.write_text(text)
    brand = folder / "brand.toml"
    numbers = f'numbers = [{{ label = "IBAN", value = "{IBAN}" }}]'
    brand.write_text(NUMBERS.sub(numbers, brand.read_text()))
    return site_with(CONTENT_DIR=str(folder))


@pytest.fixture
def app(app: Flask, site: Flask) -> Iterator[Flask]:
    site.extensions["celery"].set_current()
    with site.app_context():
        yield site
        db.session.remove()


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def browser(app: Flask, language: str) -> FlaskClient:
    """The browser of a prospect who reads that language."""
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return browser


@pytest.fixture
def application(session: Session, handle_events: Handle, language: str) -> Application:
    """An application that is with a reviewer and has a proposal."""
    application = submit_answers(session, STRONG, language=language)
    session.commit()
    handle_events()
    session.refresh(application)
    return application


@pytest.fixture
def agree(
    session: Session,
    handle_events: Handle,
    desk: FlaskClient,
    browser: FlaskClient,
    application: Application,
) -> Callable[[], Payer]:
    """The reviewer accepts it as a Sprint at a different price, and the client agrees."""

    def agree() -> Payer:
        fields = {"verdict": "accept", "kind": "sprint", "price": "€12,500.50"}
        fields["version"] = str(application.version)
        desk_page = f"/staff/applications/{application.id}"
        preview = post(desk, desk_page, f"{desk_page}/decision", **fields)
        confirmed = SEEN.search(preview.text)
        assert confirmed
        post(desk, desk_page, f"{desk_page}/decision", **fields, confirmed=confirmed[1])
        handle_events()
        own_page = f"/applications/{application.access_token}"
        engagement = session.scalars(select(Engagement)).one()
        shown = str(engagement.version)
        post(browser, own_page, f"{own_page}/agreement", name="Ada Marsh", version=shown)
        handle_events()
        return Payer(session, browser, application.id, engagement.id, own_page)

    return agree


def post(browser: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    token = token_in(browser.get(page).text)
    return browser.post(address, data={"csrf_token": token, **fields})


def read(browser: FlaskClient, address: str) -> str:
    """The page. Checks that it has no dollar sign."""
    answer = browser.get(address)
    assert answer.status_code == 200
    page = html.unescape(answer.text)
    assert DOLLARS.findall(page) == []
    return page


@pytest.mark.parametrize("path", ["/", "/engagements/", "/engagements/build"])
def test_offers_are_priced_in_euros(browser: FlaskClient, language: str, path: str) -> None:
    floor = {"en": "€42,000", "de": "42.000\N{NO-BREAK SPACE}€"}[language]
    assert floor in read(browser, path)


@pytest.mark.parametrize("kind", ["build", "fractional"])
def test_search_engines_are_given_prices_in_euros(browser: FlaskClient, kind: str) -> None:
    page = read(browser, f"/engagements/{kind}")
    assert page.count('"priceCurrency": "EUR"') == 2


def test_proposal_mail_and_deposit_are_in_euros(
    session: Session, agree: Callable[[], Payer], language: str
) -> None:
    client = agree()
    total, deposit = WORDS[language]
    page = read(client.browser, client.own_page)
    assert total in page and deposit in page
    assert f"<dt>IBAN</dt>\n    <dd>{IBAN}</dd>" in page and "Routing" not in page
    mails = list(session.scalars(select(MailMessage)))
    [accepted] = [mail for mail in mails if mail.template == "accepted"]
    assert total in accepted.text
    assert [mail.subject for mail in mails if DOLLARS.search(mail.subject + mail.text)] == []


def test_stripe_is_asked_for_the_same_amount_in_euros_that_is_shown(
    session: Session,
    standin: Standin,
    agree: Callable[[], Payer],
    post_webhook: PostWebhook,
    handle_events: Handle,
    language: str,
) -> None:
    client = agree()
    client.press_pay()
    [asked] = standin.sessions()
    assert (asked["amount_total"], asked["currency"]) == (625_025, "eur")
    standin.pay(asked["url"])
    post_webhook(*standin.next_webhook("checkout.session.completed"))
    handle_events()
    assert client.engagement.status == "active"
    assert WORDS[language][1] in read(client.browser, client.own_page)
    receipts = select(MailMessage.text).filter_by(template="deposit_receipt")
    assert WORDS[language][1] in session.scalars(receipts).one()


@pytest.mark.parametrize("language", ["en"])
def test_the_staffs_pages_show_and_ask_for_euros(
    session: Session, desk: FlaskClient, application: Application, agree: Callable[[], Payer]
) -> None:
    desk_page = f"/staff/applications/{application.id}"
    assert "at another price, in EUR" in read(desk, desk_page)
    assert "€45,600, as proposed" in read(desk, desk_page)
    assert read(desk, "/staff/").count("€45,600") == 2
    engagement_id = agree().engagement_id
    deposit_page = f"/staff/engagements/{engagement_id}/payment"
    assert "Amount received, in EUR" in read(desk, deposit_page)
    today = utc_now().date().isoformat()
    refused = post(desk, deposit_page, deposit_page, amount="6,250", received_on=today)
    assert "The deposit is €6,250.25." in refused.text
    for address in (desk_page, f"{desk_page}/history", "/staff/engagements/", deposit_page):
        assert any(words in read(desk, address) for words in STAFFS_WORDS), address
    assert "€" in read(desk, "/staff/styleguide")
    taken = post(desk, deposit_page, deposit_page, amount="6,250.25 €", received_on=today)
    assert taken.status_code == 303


def test_the_lab_of_an_account_is_in_euros(browser: FlaskClient, language: str) -> None:
    amount = {"en": "€10", "de": "10\N{NO-BREAK SPACE}€"}[language]
    assert amount in read(browser, "/labs/time-machine")
