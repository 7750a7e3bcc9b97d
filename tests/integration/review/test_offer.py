"""Until the client agrees, staff can change an offer or take it back."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.models import Engagement
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage
from app.review.queue.models import QueueRow
from tests.integration.review.conftest import Decide, Handle
from tests.integration.review.test_price_lines import price_lines

CHANGE = {"verdict": "change", "kind": "sprint", "price": "11,000", "message": "A slip of ours."}
TAKE_BACK = {"verdict": "take_back", "message": "Our team is ill."}


def types_in(session: Session, kind: str, subject: Application | Engagement) -> list[str]:
    session.rollback()
    return [one.type for one in read_stream(session, stream_of(kind, subject.id))]


def mail_in(session: Session, template: str) -> MailMessage:
    session.rollback()
    return session.scalars(select(MailMessage).filter_by(template=template)).one()


@pytest.mark.parametrize(
    ("fields", "template", "says"),
    [
        (CHANGE, "offer_changed", ["A slip of ours.", "Price: $11,000", "Before: Sprint, $12,500"]),
        (TAKE_BACK, "offer_taken_back", ["Our team is ill.", "(Sprint, $12,500)", "owe nothing"]),
    ],
)
def test_the_preview_is_the_mail_that_goes_out_and_it_says_what_the_offer_was(
    desk: FlaskClient,
    offered: Application,
    decide: Decide,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    fields: dict[str, str],
    template: str,
    says: list[str],
) -> None:
    preview = decide(desk, offered, **fields)
    before = types_in(session, "application", offered)
    shown = re.search(r"<pre[^>]*>(.*?)</pre>", preview.text, re.DOTALL)
    assert preview.status_code == 200 and shown
    assert types_in(session, "application", offered) == before
    assert decide_and_send(desk, offered, **fields).status_code == 303
    handle_events()
    mail = mail_in(session, template)
    assert html.unescape(shown[1]).strip() == mail.text.strip()
    assert [words for words in says if words not in mail.text] == []
    assert mail.recipient == offered.email and "\n-- \nAda Lovelace\n" in mail.text


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ({"price": "12,000"}, "Before: Sprint, $12,500"),  # the price of the first, which was sent
        ({"price": "12,500"}, "Before: Sprint, $11,000"),
    ],
)
def test_a_second_change_says_what_the_first_mail_offered_if_the_one_between_was_never_sent(
    desk: FlaskClient,
    client: FlaskClient,
    offered: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    last: dict[str, str],
    says: str,
) -> None:
    session.execute(update(MailMessage).values(status="sent", sent_at=func.now()))
    session.commit()
    for fields in (CHANGE, {**CHANGE, **last}):
        decide_and_send(desk, offered, **fields)
        handle_events()
        session.refresh(offered)
    assert says in mail_in(session, "offer_changed").text
    page = html.unescape(client.get(f"/applications/{offered.access_token}").text)
    assert f"{says}." in page


def test_a_german_client_is_told_in_german_by_both_mails(
    desk: FlaskClient,
    offered: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    offered.language = "de"
    session.commit()
    decide_and_send(desk, offered, **CHANGE)
    handle_events()
    changed = mail_in(session, "offer_changed")
    assert "Unser Vorschlag hat sich geändert" in changed.subject
    price, before = "Preis: 11.000\N{NO-BREAK SPACE}$", "Bisher: Sprint, 12.500\N{NO-BREAK SPACE}$"
    assert price in changed.text and before in changed.text
    session.refresh(offered)
    decide_and_send(desk, offered, **TAKE_BACK)
    handle_events()
    ended = mail_in(session, "offer_taken_back")
    assert "Wir nehmen unseren Vorschlag zurück" in ended.subject
    assert "(Sprint, 11.000\N{NO-BREAK SPACE}$)" in ended.text


def test_a_german_client_reads_the_words_of_the_first_offer_in_the_mail_as_on_the_page(
    app: Flask,
    desk: FlaskClient,
    client: FlaskClient,
    offered: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered.language = "de"
    session.commit()
    client.get(f"/applications/{offered.access_token}?lang=de")  # keeps the form's words for later
    monkeypatch.setattr(app.extensions["firm_texts"], "gettext", lambda text: f"Anders: {text}")
    decide_and_send(desk, offered, **CHANGE)
    handle_events()
    told = re.search(r"^ *Dauer: (.+)$", mail_in(session, "offer_changed").text, re.MULTILINE)
    assert told and "Anders" not in told[1]
    page = client.get(f"/applications/{offered.access_token}?lang=de").text
    assert told[1] in html.unescape(page)


def test_the_client_finds_the_new_price_line_by_line_as_it_was_previewed(
    desk: FlaskClient,
    client: FlaskClient,
    offered: Application,
    decide: Decide,
    decide_and_send: Decide,
) -> None:
    previewed = price_lines(decide(desk, offered, **CHANGE).text)
    decide_and_send(desk, offered, **CHANGE)
    page = html.unescape(client.get(f"/applications/{offered.access_token}").text)
    assert price_lines(page) == previewed
    labels = [label.partition("<")[0] for label, _ in previewed]
    assert labels.count("Adjusted for your application") == 1
    assert "We changed this proposal on " in page and "Before: Sprint, $12,500." in page
    assert "A slip of ours." in page and "Proposal changed" in page


def test_another_kind_is_offered_in_place_of_the_first_before_any_worker_has_run(
    desk: FlaskClient,
    offered: Application,
    engagement: Engagement,
    decide_and_send: Decide,
    session: Session,
) -> None:
    decide_and_send(desk, offered, verdict="change", kind="build", message="More is needed.")
    session.refresh(engagement)
    assert (engagement.kind, engagement.status, engagement.version) == ("build", "offered", 3)
    assert engagement.priced.proposal and engagement.priced.proposal.name == "Build"
    assert types_in(session, "engagement", engagement)[-2:] == ["engagement.offered"] * 2
    assert "Build" in desk.get("/staff/?status=accepted").text
    page = desk.get(f"/staff/applications/{offered.id}").text
    assert "Offer changed to a Build at " in page and "by the rate card" in page


def test_an_offer_taken_back_is_closed_at_the_desk_and_on_the_clients_page(
    desk: FlaskClient,
    client: FlaskClient,
    offered: Application,
    engagement: Engagement,
    decide_and_send: Decide,
    session: Session,
) -> None:
    decide_and_send(desk, offered, **TAKE_BACK)
    session.refresh(engagement)
    session.refresh(offered)
    assert (offered.status, engagement.status) == ("taken_back", "closed")
    assert types_in(session, "engagement", engagement)[-1] == "engagement.closed"
    desk_page = desk.get(f"/staff/applications/{offered.id}").text
    assert "Offer taken back by <bdi>Ada Lovelace</bdi>" in desk_page
    assert 'name="verdict"' not in desk_page
    assert "Offer taken back <span>1</span>" in desk.get("/staff/?status=taken_back").text
    page = client.get(f"/applications/{offered.access_token}").text
    assert "We have taken our proposal back." in page and "Our team is ill." in page
    assert "The proposal can no longer be agreed to" in page  # not the application, named before
    assert 'id="agreement"' not in page and "Nobody has to act" in page


def test_of_an_offer_taken_back_before_it_was_made_the_desk_shows_no_proposal_in_its_place(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    """What the rubric had proposed, a Build, was never offered."""
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,500")
    session.refresh(proposed)
    decide_and_send(desk, proposed, **TAKE_BACK)
    handle_events()
    page = desk.get(f"/staff/applications/{proposed.id}").text
    assert "The offer was taken back before it was on the prospect’s page." in page
    assert "Accepted as a Sprint at $12,500" in page
    assert "table--wraps price" not in page and "<dt>Closed</dt>" not in page
    row = session.get_one(QueueRow, proposed.id)
    assert (row.kind, row.total_cents, row.currency, row.billing) == ("build", None, None, None)
    listed = desk.get("/staff/?status=taken_back").text
    assert proposed.reference in listed and 'unbroken">$' not in listed


def test_the_history_shows_what_each_of_the_two_has_changed(
    desk: FlaskClient,
    offered: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    for fields in (CHANGE, TAKE_BACK):
        decide_and_send(desk, offered, **fields)
        handle_events()
        session.refresh(offered)
    address = f"/staff/applications/{offered.id}/history?moment="
    change, price, end, close = (desk.get(f"{address}{number}").text for number in (6, 7, 8, 9))
    assert "Offer changed to a Sprint at $11,000" in change
    assert "<del>$12,500</del> <ins>$11,000</ins>" in price and "follows from moment 6" in price
    assert "<del>Accepted</del> <ins>Offer taken back</ins>" in end
    assert "<del>Offered</del> <ins>Closed</ins>" in close and "follows from moment 8" in close


def test_the_time_to_a_decision_is_still_that_of_the_acceptance(
    desk: FlaskClient, offered: Application, decide_and_send: Decide, session: Session
) -> None:
    decided_at = offered.decided_at
    decide_and_send(desk, offered, **CHANGE)
    session.refresh(offered)
    decide_and_send(desk, offered, **TAKE_BACK)
    session.refresh(offered)
    assert offered.decided_at == decided_at is not None
