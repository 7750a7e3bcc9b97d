"""The form in German: every page in every state."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Draft
from app.applications.questions.questionnaire import STEP_KEYS
from app.platform.database import utc_now
from tests.german import english_left_in
from tests.integration.applications.prospect import Prospect, builds_on, errors, hidden
from tests.sample_files import pdf


@pytest.fixture
def ready(prospect: Prospect) -> Prospect:
    """A prospect who is on the review page."""
    prospect.fill_in()
    return prospect


@pytest.mark.parametrize("key", STEP_KEYS[:-1])
def test_a_step_is_german_whether_empty_wrong_or_filled_in(prospect: Prospect, key: str) -> None:
    assert english_left_in(prospect.see(key)) == []
    data = {"csrf_token": hidden(prospect.see(key), "csrf_token")}
    wrong = prospect.client.post(f"/apply/{key}", data=data)
    assert "<title>Fehler: " in wrong.text
    assert errors(wrong.text)
    assert english_left_in(wrong.text) == []
    prospect.fill_in(key)
    assert english_left_in(prospect.see(key)) == []


@pytest.mark.parametrize(
    ("step", "key", "typed", "sentence"),
    [
        ("you", "name", "a\x00b", "Das enthält ein Zeichen, das wir nicht speichern können"),
        ("you", "name", "Z" + "\u0301" * 40, "Das enthält zu viele Akzente"),
        ("you", "name", "n" * 101, "Höchstens 100 Zeichen. Sie haben 101."),
        ("you", "email", "ada", "Geben Sie eine Adresse wie name@firma.de ein."),
        ("you", "website", "client", "wie https://firma.de"),
        ("you", "role", "emperor", "Wählen Sie aus den angezeigten Antworten."),
        ("system", "brokers", ["none", "kafka"], "oder die anderen, nicht beides"),
        ("problem", "problem", "p" * 20_000, "Höchstens 6.000 Zeichen. Sie haben 20.000."),
    ],
)
def test_a_problem_with_an_answer_is_explained_in_german(
    prospect: Prospect, step: str, key: str, typed: Any, sentence: str
) -> None:
    wrong = prospect.press(step, **{key: typed})
    assert sentence in errors(wrong.text)[key]
    assert english_left_in(wrong.text) == []


def test_the_review_and_the_outlook_are_german(ready: Prospect) -> None:
    assert english_left_in(ready.see("review")) == []
    assert english_left_in(ready.client.get("/apply/outlook").text) == []
    ready.press("engagement", budget="under_10k")
    assert english_left_in(ready.client.get("/apply/outlook").text) == []
    wrong = ready.send(consent="")
    assert errors(wrong.text).keys() == {"consent"}
    assert english_left_in(wrong.text) == []


def test_the_outlook_uses_the_same_word_for_services_as_the_questions(ready: Prospect) -> None:
    assert "Dienste, die schon Events austauschen" in ready.see("system")
    ready.press("system", architecture="events_already", brokers=["none"])
    assert "Ihre Dienste tauschen Events aus" in ready.client.get("/apply/outlook").text


def test_a_conflict_with_a_change_made_elsewhere_is_explained_in_german(ready: Prospect) -> None:
    changed = ready.press("problem", problem="Hier getippt", seen_saves="1")
    assert changed.status_code == 409
    assert "Diese Antworten wurden auch anderswo geändert" in changed.text
    assert english_left_in(changed.text) == []
    review = ready.see("review")
    ready.press("you", name="Ein neuer Name")
    moved = ready.send(seen=review)
    assert moved.status_code == 409
    assert english_left_in(moved.text) == []


def test_an_application_already_sent_is_explained_in_german(ready: Prospect) -> None:
    review = ready.see("review")
    ready.send(seen=review)
    sealed = ready.send(seen=review, anything_else="Noch etwas")
    assert "Was Sie nach dem Absenden eingegeben haben" in sealed.text
    assert english_left_in(sealed.text) == []


def test_deleting_a_draft_or_starting_over_is_german(ready: Prospect) -> None:
    assert english_left_in(ready.client.get("/apply").text) == []
    for path in ("/apply/delete", "/apply/start-over"):
        assert english_left_in(ready.client.get(path).text) == []
    token = hidden(ready.client.get("/apply").text, "csrf_token")
    data = {"csrf_token": token}
    gone = ready.client.post("/apply/delete", data=data, follow_redirects=True)
    assert "Ihre Eingaben sind gelöscht." in gone.text


def test_every_message_about_saving_is_german(ready: Prospect, session: Session) -> None:
    def autosave(page: str, **typed: str) -> str:
        data = {"csrf_token": hidden(page, "csrf_token"), **builds_on(page), **typed}
        return ready.client.post("/apply/problem/autosave", data=data).text

    page = ready.see("problem")
    assert autosave(page, problem="Halb").strip() == "Gespeichert"
    assert "auch anderswo geändert" in autosave(page, seen_saves="1", save_id="2", problem="Anders")
    assert "Diese Seite war zu lange offen" in autosave(page, csrf_token="old", problem="Mehr")
    session.scalars(select(Draft)).one().submitted_at = utc_now()
    session.commit()
    assert "ist abgesendet" in autosave(page, problem="Zu spät")


def test_the_steps_still_to_do_are_named_in_german(prospect: Prospect, session: Session) -> None:
    prospect.fill_in("you", "system", "outcome")
    page = prospect.client.get("/apply/review", follow_redirects=True).text
    assert "2 Schritte sind noch nicht fertig: Das Problem; Die Zusammenarbeit." in page
    prospect.fill_in("problem")
    page = prospect.client.get("/apply/review", follow_redirects=True).text
    assert "Ein Schritt ist noch nicht fertig: Die Zusammenarbeit." in page

    draft = session.scalars(select(Draft)).one()
    draft.questions_version = "older"
    draft.answers = {key: given for key, given in draft.answers.items() if key != "role"}
    session.commit()
    changed = prospect.see("problem")
    assert "Noch einmal anzusehen: Sie und Ihr Unternehmen." in changed
    assert english_left_in(page) == english_left_in(changed) == []


def test_the_messages_about_a_link_by_mail_are_german(prospect: Prospect) -> None:
    def ask(**typed: Any) -> str:
        asked = prospect.press("system", "mail_link", **typed)
        data = {"csrf_token": hidden(prospect.see("you"), "csrf_token")}
        return prospect.client.post(asked.location, data=data, follow_redirects=True).text

    assert "Füllen Sie zuerst „Sie und Ihr Unternehmen“ aus" in ask()
    prospect.fill_in("you")
    assert f"unterwegs an {prospect.answers['email']}." in ask()


def test_opening_a_link_to_another_form_asks_whose_it_is_in_german(
    prospect: Prospect, session: Session
) -> None:
    prospect.press("you", email="keine Adresse")
    path = f"/apply/resume/{session.scalars(select(Draft)).one().resume_token}"
    prospect.client.delete_cookie("session")
    prospect.press("you", name="Ein eigenes Formular")
    asked = prospect.client.get(path).text
    assert "jemandem, der keine Adresse angegeben hat</span>?</h1>" in asked


def test_the_page_for_attachments_and_its_messages_are_german(ready: Prospect) -> None:
    def attach(content: bytes | None) -> str:
        token = hidden(ready.client.get("/apply").text, "csrf_token")
        data: dict[str, Any] = {"csrf_token": token}
        if content is not None:
            data["file"] = (io.BytesIO(content), "Ablauf.pdf")
        return ready.client.post("/apply/attachments", data=data, follow_redirects=True).text

    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for content in (None, b"", b"neither", svg, b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"):
        refused = attach(content)
        assert "Die Datei ist nicht angehängt" in refused
        assert english_left_in(refused) == []
    for _ in range(5):
        attached = attach(pdf(padding=1500))
        assert "Die Datei ist angehängt." in attached
        assert re.search(r"PDF, 1,\d\N{NO-BREAK SPACE}kB", attached)
        assert english_left_in(attached) == []
    assert "Eine Anfrage kann 5 Dateien haben." in attach(pdf())
    for key in ("problem", "review"):
        assert english_left_in(ready.see(key)) == []


def test_starting_too_many_forms_is_refused_in_german(german: FlaskClient) -> None:
    for _ in range(31):
        token = hidden(german.get("/apply").text, "csrf_token")
        answer = german.post("/apply/you", data={"csrf_token": token, "name": "Ada"})
        german.delete_cookie("session")
    assert answer.status_code == 429
    assert "Von hier wurden innerhalb einer Stunde viele Formulare begonnen." in answer.text
    assert english_left_in(answer.text) == []
