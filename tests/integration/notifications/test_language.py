"""Mail to a prospect is in the language they applied in; mail to staff is in English."""

import inspect
import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    DraftExpiring,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.models import Application, Draft
from app.applications.page_link import replace_page_link, request_page_links
from app.applications.questions.questionnaire import original_questionnaire
from app.applications.service import (
    OfferVerdict,
    Verdict,
    decide_application,
    withdraw_application,
)
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.events.store import record
from app.events.types import stream_of
from app.messages.service import write_as_staff
from app.notifications.letters import to_client, to_prospect
from app.notifications.letters.letter import Letter
from app.notifications.models import MailMessage
from app.payments.deposits import Transfer
from app.payments.service import record_bank_payment
from app.platform.database import new_id
from app.review.service import change_offer
from app.web.rendering import FORMATS
from tests.demo_applications import STRONG
from tests.german import english_left_in
from tests.staff import employ
from tests.submitted import submit_answers

STAFF = "staff@champlin.example"
TYPED = "Vielen Dank.\n\nAda"
LINK = re.compile(r"http://localhost/[^\s\"<]+")

Handle = Callable[[], None]
Deed = Callable[[Session, Application, Handle], None]


def nothing(session: Session, application: Application, handle: Handle) -> None:
    pass


def decide(verdict: Verdict) -> Deed:
    def decide(session: Session, application: Application, handle: Handle) -> None:
        seen = application.version
        decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")

    return decide


def settle(verdict: OfferVerdict) -> Deed:
    def settle(session: Session, application: Application, handle: Handle) -> None:
        decide(ACCEPTED)(session, application, handle)
        session.commit()
        handle()
        seen = {"seen_version": application.version, "seen_entries": 9}
        change_offer(session, application.id, verdict, **seen, actor="staff:ada")

    return settle


def agree(session: Session, application: Application, handle: Handle) -> None:
    decide(ACCEPTED)(session, application, handle)
    session.commit()
    handle()
    engagement = engagement_of(session, application.id)
    assert engagement
    accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)


def pay(session: Session, application: Application, handle: Handle) -> None:
    agree(session, application, handle)
    engagement = engagement_of(session, application.id)
    assert engagement
    staff = employ(session, "Ada Lovelace")
    record_bank_payment(session, engagement, Transfer(staff.id, date(2026, 11, 24), None))


def write(session: Session, application: Application, handle: Handle) -> None:
    write_as_staff(session, application.id, TYPED, form_id="a", actor="staff:ada")


def withdraw(session: Session, application: Application, handle: Handle) -> None:
    withdraw_application(session, application.id, "")


def lose_link(session: Session, application: Application, handle: Handle) -> None:
    request_page_links(session, application.email)


def replace_link(session: Session, application: Application, handle: Handle) -> None:
    replace_page_link(session, application.id, actor="staff:ada")


ACCEPTED = ApplicationAccepted(message=TYPED, kind="fractional", total_cents=1_250_050)
CHANGED = OfferChanged(message=TYPED, kind="sprint", total_cents=1_250_050, currency="usd")
DEEDS: dict[str, tuple[str, Deed]] = {
    "sent": ("received", nothing),
    "asked": ("more_requested", decide(MoreRequested(message=TYPED))),
    "accepted": ("accepted", decide(ACCEPTED)),
    "offer changed": ("offer_changed", settle(CHANGED)),
    "offer taken back": ("offer_taken_back", settle(OfferTakenBack(message=TYPED))),
    "declined": ("declined", decide(ApplicationDeclined(message=TYPED))),
    "written to": ("message_from_staff", write),
    "withdrawn": ("withdrawal_confirmed", withdraw),
    "link lost": ("page_link", lose_link),
    "link replaced": ("page_link", replace_link),
    "agreed": ("agreement_confirmed", agree),
    "paid": ("deposit_receipt", pay),
}


@pytest.fixture
def application(session: Session, handle_events: Handle) -> Application:
    """An application sent in German, now with a reviewer."""
    application = submit_answers(session, STRONG, language="de")
    session.commit()
    handle_events()
    return application


@pytest.fixture
def draft(session: Session) -> Draft:
    """A draft last saved in German."""
    draft = start_draft(session, original_questionnaire())
    draft.answers, draft.complete_steps = {"email": "lena@client.example"}, ["you"]
    draft.language = "de"
    return draft


def mails(session: Session, template: str) -> list[MailMessage]:
    session.rollback()
    return list(session.scalars(select(MailMessage).filter_by(template=template)))


def assert_german(mail: MailMessage, recipient: str) -> None:
    assert mail.recipient == recipient
    for body in (mail.subject, mail.text, mail.html):
        assert english_left_in(body) == []
    assert '<html lang="de">' in mail.html
    for link in LINK.findall(mail.text) + LINK.findall(mail.html):
        assert "lang=de" in link


@pytest.mark.parametrize("deed", DEEDS)
def test_every_mail_about_a_german_application_is_german_and_links_to_german_pages(
    session: Session, application: Application, handle_events: Handle, deed: str
) -> None:
    template, do = DEEDS[deed]
    do(session, application, handle_events)
    session.commit()
    handle_events()
    [mail] = mails(session, template)
    assert_german(mail, application.email)
    page = "/agreement" if deed == "paid" else ""
    assert f"/applications/{application.access_token}{page}?lang=de" in mail.text
    if deed != "written to":
        assert f"Guten Tag {application.name}," in mail.text


def test_money_and_the_firms_own_words_are_german_too(
    session: Session, application: Application, handle_events: Handle
) -> None:
    decide(ACCEPTED)(session, application, handle_events)
    session.commit()
    handle_events()
    [mail] = mails(session, "accepted")
    assert "Preis: 12.500,50\N{NO-BREAK SPACE}$ im Monat" in mail.text


def test_the_link_back_into_a_draft_is_mailed_in_the_drafts_language(
    session: Session, draft: Draft, handle_events: Handle
) -> None:
    request_resume_link(session, draft)
    session.commit()
    handle_events()
    [mail] = mails(session, "resume_link")
    assert_german(mail, "lena@client.example")
    assert "bis 30 Tage nach Ihrer letzten Änderung" in mail.text


def test_a_drafts_coming_deletion_is_announced_in_its_language_and_date_format(
    session: Session, draft: Draft, handle_events: Handle
) -> None:
    email, token = draft.answers["email"], draft.resume_token
    expiring = DraftExpiring(email=email, resume_token=token, ends_on="2026-12-24")
    record(session, stream_of("draft", draft.id), expiring, actor="system", person=draft.id)
    session.commit()
    handle_events()
    [mail] = mails(session, "draft_expiring")
    assert_german(mail, email)
    assert "bis zum 24. Dezember 2026 auf" in mail.text
    draft.language = "en"
    record(session, stream_of("draft", draft.id), expiring, actor="system", person=draft.id)
    session.commit()
    handle_events()
    _, mail = sorted(mails(session, "draft_expiring"), key=lambda mail: mail.created_at)
    assert "until 24 December 2026, then" in mail.text


def test_no_mail_is_sent_about_a_draft_that_no_longer_exists(
    session: Session, handle_events: Handle
) -> None:
    gone = new_id()
    expiring = DraftExpiring(email="a@b.example", resume_token="gone", ends_on="2026-12-24")
    record(session, stream_of("draft", gone), expiring, actor="system", person=uuid.UUID(int=1))
    session.commit()
    handle_events()
    assert mails(session, "draft_expiring") == []


@pytest.mark.parametrize("deed", ["sent", "withdrawn", "paid"])
def test_staff_are_mailed_in_english_about_a_german_application(
    session: Session, application: Application, handle_events: Handle, deed: str
) -> None:
    DEEDS[deed][1](session, application, handle_events)
    session.commit()
    handle_events()
    session.rollback()
    to_staff = session.scalars(select(MailMessage).filter_by(recipient=STAFF)).all()
    assert to_staff
    for mail in to_staff:
        assert '<html lang="en">' in mail.html and "lang=de" not in mail.text
        assert not re.search(r"\d\N{NO-BREAK SPACE}\$|\b(Anfrage|Ihre|und)\b", mail.text)


def test_mails_about_an_english_application_are_english(
    session: Session, handle_events: Handle
) -> None:
    application = submit_answers(session, STRONG)
    session.commit()
    handle_events()
    [mail] = mails(session, "received")
    assert mail.subject == f"We have your application ({application.reference})"
    assert f"Dear {application.name},\n\nYour application for" in mail.text
    assert '<html lang="en">' in mail.html and "lang=" not in mail.text
    assert english_left_in(mail.text), "what finds English in a German letter finds it here"


def test_a_mail_falls_back_to_the_sites_first_language_once_a_language_is_removed(
    app: Flask,
    session: Session,
    application: Application,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(app.extensions["languages"], "de")
    monkeypatch.delitem(FORMATS, "de")
    decide(ACCEPTED)(session, application, handle_events)
    session.commit()
    handle_events()
    [mail] = mails(session, "accepted")
    assert "$12,500.50" in mail.text and "lang=de" not in mail.text


def test_no_mail_to_a_prospect_is_in_the_language_of_whoever_triggers_it() -> None:
    made = [
        member
        for letters in (to_prospect, to_client)
        for member in inspect.getmembers(letters, inspect.isfunction)
    ]
    to_prospects = [
        (name, write)
        for name, write in made
        if write.__annotations__.get("return") is Letter and not name.startswith("_")
    ]
    assert len(to_prospects) > 3
    assert [name for name, write in to_prospects if not hasattr(write, "__wrapped__")] == []
