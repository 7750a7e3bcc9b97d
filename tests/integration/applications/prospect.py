"""A prospect at the form: what they see on its pages, and the buttons that they press."""

import html
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.applications.models import Draft
from app.applications.questions.questionnaire import Questionnaire

HIDDEN = 'name="{}"[^>]*? value="([^"]*)"'
ERROR = re.compile(r'class="field__error" id="([a-z_]+)-error".*?</span>(.*?)</span>', re.DOTALL)
SUMMARY = re.compile(r'<a href="#([a-z_]+?)(?:-0)?">(.*?)</a>')


class Prospect:
    """One browser, with the answers to a whole application ready."""

    def __init__(
        self, client: FlaskClient, answers: dict[str, Any], questions: Questionnaire
    ) -> None:
        self.client = client
        self.answers = answers
        self.steps = questions.steps

    def see(self, key: str) -> str:
        """The page of that step."""
        return self.client.get(f"/apply/{key}").text

    def press(
        self,
        key: str,
        button: str = "",
        value: str = "yes",
        *,
        seen: str | None = None,
        **typed: Any,
    ) -> TestResponse:
        """Fill in the step's page, as it is now or as it was ``seen``, with the ready answers or
        those ``typed``, and press a button."""
        page = self.see(key) if seen is None else seen
        token = self._token("" if seen else page)
        data = {**builds_on(page), **token, **self._data(key, button, value, typed)}
        return self.client.post(f"/apply/{key}", data=data)

    def fill_in(self, *keys: str) -> None:
        """Fill in these steps, or all before the review."""
        for key in keys or [step.key for step in self.steps[:-1]]:
            assert self.press(key).status_code == 303, key

    def send(self, *, seen: str | None = None, **typed: Any) -> TestResponse:
        """Press "Send" on the review as it is now, or as it was ``seen``."""
        return self.client.post("/apply/submit", data=self.filled_in_review(seen=seen, **typed))

    def filled_in_review(self, *, seen: str | None = None, **typed: Any) -> dict[str, Any]:
        """The fields that "Send" sends."""
        page = self.see("review") if seen is None else seen
        version = hidden(page, "draft_version")
        token = self._token("" if seen else page)
        data = self._data("review", "draft_version", version, typed)
        return {**builds_on(page), **token, **data}

    def go_on_with(self, draft: Draft) -> TestResponse:
        """Open the link into that draft, whatever this browser holds, and press the button to
        continue with it."""
        return self.client.post(f"/apply/resume/{draft.resume_token}", data=self._token())

    def _data(self, key: str, button: str, value: str, typed: dict[str, Any]) -> dict[str, Any]:
        questions = [q for step in self.steps if step.key == key for q in step.questions]
        meant = {q.key: self.answers[q.key] for q in questions if q.key in self.answers}
        return {**meant, **({button: value} if button else {}), **typed}

    def _token(self, page: str = "") -> dict[str, str]:
        """The CSRF token of the page, or of the first page."""
        own = page if "csrf_token" in page else self.client.get("/apply").text
        return {"csrf_token": hidden(own, "csrf_token")}


def builds_on(page: str) -> dict[str, str]:
    """The fields that say what the page has seen; empty for other pages."""
    named = ("of_draft", "seen_saves", "save_id")
    found = {name: re.search(HIDDEN.format(name), page) for name in named}
    return {name: field[1] for name, field in found.items() if field}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(HIDDEN.format(name), page)
    assert found, f"no {name} on the page"
    return html.unescape(found[1])


def errors(page: str) -> dict[str, str]:
    """Question → its error, which the summary must repeat word for word."""
    beside = {key: html.unescape(text) for key, text in ERROR.findall(page)}
    assert {key: html.unescape(text) for key, text in SUMMARY.findall(page)} == beside
    return beside
