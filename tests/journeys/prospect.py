"""What a prospect does, question by question in a browser, or over HTTP before a journey."""

import secrets
import uuid
from email.message import EmailMessage
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import Page

from app.applications.questions.answers import Answer, Answers
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Question
from config import ROOT
from tests.prospects import make_prospects, post, sealed, send
from tests.site import Site, eventually

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

STEPS = load_questionnaire(ROOT / "content/questions.toml").steps
LONGEST_NAME = "Donauschifffahrt" * 7  # must not make anything wider


class Applied(NamedTuple):
    """An application that was sent. ``page`` is the path of the prospect's own page."""

    site: Site
    id: uuid.UUID
    page: str
    email: str
    company: str
    reference: str

    @property
    def engagement_status(self) -> str | None:
        """The engagement's status; None before it is proposed."""
        found = self.site.rows("SELECT status FROM engagements WHERE application_id = %s", self.id)
        return found[0][0] if found else None

    @property
    def engagement_id(self) -> uuid.UUID:
        found: uuid.UUID = self.site.value(
            "SELECT id FROM engagements WHERE application_id = %s", self.id
        )
        return found

    @property
    def first_event_id(self) -> uuid.UUID:
        found: uuid.UUID = self.site.value(
            "SELECT id FROM events WHERE stream = %s AND version = 1", f"application-{self.id}"
        )
        return found

    @property
    def dead_letter(self) -> int:
        """The id of the dead letter; 0 if there is none."""
        wanted = "SELECT id FROM deliveries WHERE stream = %s AND status = 'dead'"
        return next((row[0] for row in self.site.rows(wanted, f"application-{self.id}")), 0)

    def wait_until_dead(self) -> None:
        """Return once one of its deliveries is a dead letter; each retry is sent as soon as it is
        due."""

        def is_dead() -> bool:
            self.site.queue_task("events.sweep")
            return bool(self.dead_letter)

        eventually(is_dead, every=0.25)

    def wait_until_engagement_is(self, status: str) -> None:
        eventually(lambda: self.engagement_status == status)

    def reply(self, message: str) -> None:
        """Answer the reviewer's question."""
        form = sealed(self.site, {"message": message})
        assert post(self.site, f"{self.page}/reply", *form).status == 303

    def write(self, text: str) -> None:
        """Write to the staff, and wait until they are told."""
        form = sealed(self.site, {"text": text, "form_id": secrets.token_hex(8)})
        assert post(self.site, f"{self.page}/messages", *form).status == 303
        marked = "SELECT FROM queue_rows WHERE application_id = %s AND unanswered_since IS NOT NULL"
        eventually(lambda: self.site.rows(marked, self.id))

    def withdraw(self, message: str = "") -> None:
        form = sealed(self.site, {"message": message})
        assert post(self.site, f"{self.page}/withdraw", *form).status == 303
        self.wait_until_engagement_is("closed")

    def ask_for_the_link(self) -> None:
        form = sealed(self.site, {"email": self.email})
        assert post(self.site, "/lost-link", *form).status == 200

    def erase(self) -> None:
        assert post(self.site, f"{self.page}/erase", *sealed(self.site, {})).status == 303

    def fall_due(self, alert: str = "answer_due") -> None:
        """Make the promised answer fall due, and wait until staff are told by that mail."""
        due = (
            "UPDATE scheduled_events SET due_at = now()"
            " WHERE stream = %s AND cancelled_at IS NULL RETURNING id"
        )
        eventually(lambda: self.site.rows(due, f"application-{self.id}"))
        self.site.queue_task("events.record_due")
        told = "SELECT id FROM mail_messages WHERE application_id = %s AND template = %s"
        eventually(lambda: self.site.rows(told, self.id, alert))

    def agree(self, name: str = "Ada Marsh") -> None:
        """Agree to the proposal, which makes the deposit due."""
        shown = "SELECT version FROM engagements WHERE application_id = %s"
        form = {"name": name, "version": str(self.site.value(shown, self.id))}
        answer = post(self.site, f"{self.page}/agreement", *sealed(self.site, form))
        assert answer.status == 303
        self.wait_until_engagement_is("accepted")


def someone(company: str = "") -> tuple[str, str]:
    """An email address and a company that are unique in this run."""
    mark = secrets.token_hex(4)
    return f"{mark}@client.example", f"{company or 'Company'} {mark}"


def send_application(site: Site, *, trap: str = "", **answers: str) -> Applied:
    """Send an application, strong except for ``answers``; its handling begins. With a text in the
    honeypot, ``trap``, it is held."""
    email, company = someone()
    answers = {"email": email, "company": company, **answers}
    [prospect] = make_prospects(site, 1, **answers)
    prospect = prospect._replace(fields={**prospect.fields, "subject": trap})
    token = send(site, prospect).token
    [(identity, reference)] = site.rows(
        "SELECT id, reference FROM applications WHERE access_token = %s", token
    )
    return Applied(
        site, identity, f"/applications/{token}", answers["email"], answers["company"], reference
    )


def apply(site: Site, **answers: str) -> Applied:
    """Send an application, strong except for ``answers``, and wait until its engagement is
    proposed."""
    applied = send_application(site, **answers)
    applied.wait_until_engagement_is("proposed")
    return applied


def cookie_of_finished_draft(site: Site, email: str = "", **answers: str) -> "SetCookieParam":
    """The cookie of a browser that has answered all steps except the last; ``answers`` replace the
    usual ones."""
    [prospect] = make_prospects(site, 1, email=email or someone()[0], **answers)
    name, _, value = prospect.cookie.partition("=")
    return {"name": name, "value": value, "url": site.url}


def fill_in(page: Page, step: str, answers: Answers) -> None:
    """Type and choose the answers to one step's questions."""
    for question in questions_of(step):
        if question.key in answers:
            answer(page, question, answers[question.key])


def answer(page: Page, question: Question, given: Answer) -> None:
    if question.options:
        group = page.get_by_role("group", name=question.label)
        for value in [given] if isinstance(given, str) else given:
            group.locator(f'input[value="{value}"]').check()
    else:
        page.get_by_label(label_of(question), exact=True).fill(str(given).strip())


def label_of(question: Question) -> str:
    """The label above the question's field."""
    return question.label if question.required else f"{question.label} (optional)"


def questions_of(step: str) -> tuple[Question, ...]:
    return next(one for one in STEPS if one.key == step).questions


def mails_to(site: Site, email: str, count: int = 1) -> list[EmailMessage]:
    """The mails to that address, once there are ``count``."""
    eventually(lambda: len(site.sink.to(email)) >= count)
    return site.sink.to(email)


def text_of(mail: EmailMessage) -> str:
    plain = mail.get_body(("plain",))
    assert plain
    return str(plain.get_content())
