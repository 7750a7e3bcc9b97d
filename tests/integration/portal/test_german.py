"""The prospect's page in German, in every state, with whatever goes wrong on it."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.page_link import replace_page_link
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.firm.offers import current_offers
from app.messages.service import write_as_staff
from app.payments.deposits import owe_deposit, pay_deposit
from app.platform.languages.choice import in_language
from app.platform.languages.prose import in_present_language
from tests.german import english_left_in
from tests.integration.portal.conftest import Ask, Decide, Send, Settle

Handle = Callable[[], None]
STATES = {
    "application": "Ihre Anfrage ist bei uns.",
    "handled": "Ihre Anfrage wird geprüft.",
    "late": "und wir sind zu spät: Unsere Antwort war bis zum",
    "asked": "Wir haben eine Frage an Sie.",
    "offered": "Unser Vorschlag: ",
    "offered_by_the_month": "im Monat und zu den Bedingungen oben",
    "agreed": "Verwendungszweck",
    "agreed_by_card": "mit Karte zahlen",
    "failed": "Der letzte Versuch, mit Karte zu zahlen, ist nicht gelungen.",
    "paid_back": "Wir warten auf die Bestätigung von Stripe",
    "active": "Die Zusammenarbeit ist bestätigt.",
    "declined": "Wir haben Ihre Anfrage gelesen und nehmen sie nicht an.",
    "changed": "Wir haben diesen Vorschlag am ",
    "taken_back": "Wir haben unseren Vorschlag zurückgenommen.",
    "withdrawn": "Sie haben Ihre Anfrage zurückgezogen.",
    "dismissed": "Ihre Anfrage ist abgeschlossen.",
    "talking": "Nachrichten",
    "moved": "Ein neuer Link",
}
LONG = "x" * 4001
TERMS = re.compile(r'<ol class="ruled ruled--numbered.*?</ol>', re.DOTALL)
CONTRACT = re.compile(r'<section class="section" id="engagement".*?</section>', re.DOTALL)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that prefers German."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"
    return client


@pytest.fixture
def handled(application: Application, handle_events: Handle) -> None:
    handle_events()


@pytest.fixture
def late(handled: None, come_due: Handle) -> None:
    come_due()


@pytest.fixture
def offered_by_the_month(decide: Decide) -> None:
    decide(ApplicationAccepted(message="", kind="fractional", total_cents=1_250_000))


@pytest.fixture
def agreed(offered: None, send: Send) -> None:
    assert send("agreement", name="Marguerite Okonkwo").status_code == 303


@pytest.fixture
def agreed_by_card(agreed: None, change_settings: Callable[..., None]) -> None:
    change_settings(STRIPE_SECRET_KEY="sk_test_of_the_tests", STRIPE_WEBHOOK_SECRET="whsec_none")


@pytest.fixture
def failed(
    agreed_by_card: None, session: Session, send: Send, handle_events: Handle, app: Flask
) -> None:
    handle_events()
    # Stripe has refused to make a page.
    session.execute(
        text(
            "INSERT INTO checkout_attempts"
            " (id, deposit_id, idempotency_key, request, status, expires_at)"
            " SELECT gen_random_uuid(), id, 'key', '{}', 'failed', now() FROM deposits"
        )
    )
    session.commit()


@pytest.fixture
def paid_back(agreed_by_card: None) -> str:
    """Back from Stripe, whose confirmation is awaited."""
    return "?payment=done"


@pytest.fixture
def active(agreed: None, session: Session) -> None:
    pay_deposit(session, owe_deposit(session, session.scalars(select(Engagement)).one()))
    session.commit()


@pytest.fixture
def changed(settle: Settle) -> None:
    settle(OfferChanged(message="", kind="sprint", total_cents=1_100_000, currency="usd"))


@pytest.fixture
def taken_back(settle: Settle) -> None:
    settle(OfferTakenBack(message=""))


@pytest.fixture
def withdrawn(send: Send) -> None:
    assert send("withdraw").status_code == 303


@pytest.fixture
def dismissed(application: Application, session: Session) -> None:
    held = "UPDATE applications SET status = 'dismissed', signals = '{\"quick\": \"\"}'"
    session.execute(text(held))
    session.commit()


@pytest.fixture
def talking(handled: None, application: Application, session: Session, send: Send) -> None:
    """A message from the prospect that awaits a reply, after one of ours."""
    write_as_staff(session, application.id, "Guten Tag.", form_id="a", actor="staff:ada")
    session.commit()
    send("messages", text="Wann?", form_id="a")


@pytest.fixture
def moved(handled: None, application: Application, session: Session, handle_events: Handle) -> None:
    token = application.access_token
    replace_page_link(session, application.id, actor="staff:ada")
    application.access_token = token
    session.commit()


@pytest.mark.parametrize("state", STATES)
def test_the_page_is_in_german_in_every_state(
    client: FlaskClient, path: str, state: str, request: pytest.FixtureRequest
) -> None:
    query = request.getfixturevalue(state)
    page = client.get(f"{path}{query if state == 'paid_back' else ''}").text
    assert '<html lang="de">' in page
    assert STATES[state] in html.unescape(page)
    assert english_left_in(page) == []


def test_every_price_line_is_shown_in_german_though_it_is_stored_in_english(
    client: FlaskClient, path: str, session: Session, application: Application, offered: None
) -> None:
    engagement = engagement_of(session, application.id)
    assert engagement
    page = html.unescape(client.get(path).text)
    english = {line.explanation for line in engagement.priced.lines}
    with in_language("de"):
        german = {line.explanation for line in in_present_language(engagement.priced).lines}
        terms = current_offers().offer("sprint").terms
    assert english.isdisjoint(german)
    for text_of_line in german:
        assert text_of_line in page
    for term in terms:
        assert term in page
    assert "12.500\N{NO-BREAK SPACE}$" in page


def test_an_offer_made_in_german_keeps_its_words_when_the_translation_changes(
    app: Flask, client: FlaskClient, path: str, agreed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = CONTRACT.findall(client.get(path).text)
    assert "Bedingungen" in contract[0]
    monkeypatch.setattr(app.extensions["firm_texts"], "gettext", lambda text: f"Anders: {text}")
    assert CONTRACT.findall(client.get(path).text) == contract


def test_an_offer_that_is_changed_keeps_its_words_when_the_translation_has_changed(
    app: Flask,
    client: FlaskClient,
    path: str,
    offered: None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terms = TERMS.findall(client.get(path).text)
    monkeypatch.setattr(app.extensions["firm_texts"], "gettext", lambda text: f"Anders: {text}")
    request.getfixturevalue("changed")
    page = client.get(path).text
    assert "11.000" in page and TERMS.findall(page) == terms


def test_a_page_from_before_a_change_says_so_in_german(changed: None, send: Send) -> None:
    answer = send("agreement", name="Marguerite Okonkwo", version="2")
    assert "Unser Vorschlag hat sich geändert, seit Sie diese Seite geöffnet haben." in answer.text
    assert answer.status_code == 409 and english_left_in(answer.text) == []


def test_the_parts_that_the_page_fetches_later_are_in_german(
    client: FlaskClient, path: str, agreed: None, send: Send
) -> None:
    send("messages", text="Wann?", form_id="a")
    for part in (f"{path}/progress", f"{path}/messages/new?seen=0", f"{path}/deposit"):
        answer = client.get(part, headers={"HX-Request": "true"})
        assert answer.text and english_left_in(answer.text) == []


@pytest.mark.parametrize(
    ("state", "action", "fields", "sentence"),
    [
        ("asked", "reply", {}, "Schreiben Sie zuerst Ihre Antwort."),
        ("asked", "reply", {"message": LONG}, "Verwenden Sie höchstens 4.000 Zeichen."),
        ("asked", "reply", {"csrf_token": "old", "message": "Ja."}, "war zu lange offen"),
        ("declined", "reply", {"message": "Ja."}, "Es ist nichts mehr gefragt"),
        ("handled", "messages", {}, "Schreiben Sie zuerst Ihre Nachricht."),
        ("offered", "agreement", {}, "Tippen Sie Ihren vollständigen Namen ein"),
        ("offered", "agreement", {"name": LONG}, "Verwenden Sie höchstens 120 Zeichen."),
        ("offered", "agreement", {"csrf_token": "old", "name": "Ada"}, "war zu lange offen"),
        ("handled", "withdraw", {"message": LONG}, "Verwenden Sie höchstens 1.000 Zeichen."),
        ("handled", "withdraw", {"csrf_token": "old"}, "war zu lange offen"),
        ("handled", "erase", {"csrf_token": "old"}, "war zu lange offen"),
        ("agreed", "erase", {}, "denn es gibt einen Vertrag"),
    ],
)
def test_every_error_is_explained_in_german(
    send: Send,
    state: str,
    action: str,
    fields: dict[str, str],
    sentence: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(state)
    answer = send(action, **fields)
    assert answer.status_code in {400, 409, 422}
    assert sentence in html.unescape(answer.text)
    assert english_left_in(answer.text) == []


@pytest.mark.parametrize("action", ["reply", "messages", "withdraw"])
def test_each_action_is_confirmed_in_german(
    client: FlaskClient, path: str, send: Send, asked: str, action: str
) -> None:
    send(action, message="Ja.", text="Ja.", form_id="a")
    page = client.get(path).text
    assert english_left_in(page) == []


def test_the_pages_for_withdrawing_and_erasing_are_in_german(
    client: FlaskClient, path: str, send: Send
) -> None:
    for action in ("withdraw", "erase"):
        assert english_left_in(client.get(f"{path}/{action}").text) == []
    send("withdraw")
    assert english_left_in(client.get(f"{path}/withdraw").text) == []
    send("erase")
    for gone in (client.get(path), send("reply", message="Ja.")):
        assert gone.status_code == 410 and english_left_in(gone.text) == []


@pytest.mark.parametrize("fields", [{}, {"email": "nobody"}, {"csrf_token": "old"}])
def test_the_form_for_a_lost_link_is_in_german(
    client: FlaskClient, ask: Ask, fields: dict[str, str]
) -> None:
    assert english_left_in(client.get("/lost-link").text) == []
    answer = ask(**{"email": "", **fields})
    assert answer.status_code in {400, 422} and english_left_in(answer.text) == []
    asked = ask("lena@client.example")
    assert "Sehen Sie in Ihr Postfach" in asked.text and english_left_in(asked.text) == []


def test_the_link_in_a_mail_opens_the_page_in_the_mails_language_on_any_device(
    app: Flask, path: str
) -> None:
    elsewhere = app.test_client()
    page = elsewhere.get(f"{path}?lang=de").text
    assert '<html lang="de">' in page and "Ihre Anfrage ist bei uns." in page
    assert "Ihre Anfrage ist bei uns." in elsewhere.get(path).text


def test_the_files_that_a_prospect_downloads_stay_in_english(
    client: FlaskClient, path: str
) -> None:
    """A later checker, or a colleague's program, reads them too."""
    trail = client.get(f"{path}/trail.json").json
    assert trail and trail["explanation"][0].startswith("Each row is one event")
    exported = client.get(f"{path}/export.json").json
    assert exported and exported["left_out"].startswith("How we judged the application")
