"""Prospects with a finished form who attach files."""

import io
import re
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.drafts.service import start_draft
from app.applications.models import Application, Draft
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.applications.submission import submit_application
from app.attachments.models import Attachment
from app.attachments.queries import attachments_of
from app.platform.database.connection import driver_connection
from tests.demo_applications import STRONG
from tests.form_page import token_in

FIELD_ERROR = re.compile(r'id="file-error">.*?</span>(.*?)</span>', re.DOTALL)


class Prospect:
    """A browser with a draft that is complete except for the last step."""

    def __init__(self, client: FlaskClient, session: Session, draft: Draft) -> None:
        self.client = client
        self.session = session
        self.draft_id = draft.id
        with client.session_transaction() as cookie:
            cookie["draft"] = str(draft.id)

    def attach(self, content: bytes, name: str = "diagram.pdf", **fields: str) -> TestResponse:
        data = {"csrf_token": self.token, "file": (io.BytesIO(content), name), **fields}
        return self.client.post("/apply/attachments", data=data)

    def remove(self, attachment_id: uuid.UUID) -> TestResponse:
        address = f"/apply/attachments/{attachment_id}/remove"
        return self.client.post(address, data={"csrf_token": self.token})

    def submit(self) -> Application:
        """Send the application as the review's button does."""
        made = submit_application(
            driver_connection(self.session),
            self.draft_id,
            {"consent": "yes"},
            current_questionnaire(),
            draft_version=self.session.get_one(Draft, self.draft_id).version,
            prefix="CE",
        )
        self.session.commit()
        return self.session.get_one(Application, made.application_id)

    @property
    def page(self) -> str:
        return self.client.get("/apply/attachments").text

    @property
    def files(self) -> list[Attachment]:
        """The files on their page, oldest first."""
        self.session.rollback()
        return list(attachments_of(self.session, self.draft_id))

    @property
    def token(self) -> str:
        return token_in(self.client.get("/apply").text)


@pytest.fixture
def new_prospect(app: Flask, session: Session) -> Callable[[], Prospect]:
    def new_prospect() -> Prospect:
        draft = start_draft(session, current_questionnaire())
        draft.answers = {key: given for key, given in STRONG.items() if key != "consent"}
        draft.complete_steps = list(STEP_KEYS[:-1])
        session.commit()
        return Prospect(app.test_client(), session, draft)

    return new_prospect


@pytest.fixture
def prospect(new_prospect: Callable[[], Prospect]) -> Prospect:
    return new_prospect()


@pytest.fixture
def uploads(app: Flask) -> Path:
    """The site's folder for attachments, empty."""
    folder = Path(urlsplit(app.config["SITE"].UPLOADS_URL).path)
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def stored(uploads: Path) -> dict[str, bytes]:
    """Every file in the folder, complete or partial, by name."""
    return {path.name: path.read_bytes() for path in uploads.glob("*")}


def problem(answer: TestResponse) -> str:
    """The error shown at the field."""
    found = FIELD_ERROR.search(answer.text)
    assert found
    return found[1]


def reasons(said: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The logged events, each with its reason."""
    return [(line["event"], line.get("error", "")) for line in said]
