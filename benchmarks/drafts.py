"""Prepared prospects: drafts to send or save, each with its browser's cookie and token. Each has
another email address and network, and began ten minutes ago, so that screening holds none."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from psycopg.types.json import Jsonb
from sqlalchemy import insert

from app.applications.drafts.browser_draft import remember
from app.applications.drafts.service import NO_SAVE
from app.applications.models import Draft
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import STEP_KEYS, current_questionnaire
from app.events.integrity.sealing import new_key
from app.events.models import PersonKey
from app.platform.database import db, new_id, utc_now
from app.screening.origins import COUNTED_FOR
from benchmarks.load import form_post
from benchmarks.sample import ANSWERS, json_text, rows

VERSION = 5
JSON = ("answers", "metadata", "data", "signals", "earlier_steps")
TEN_MINUTES = timedelta(minutes=10)


def prepare_submits(app: Flask, port: int, count: int) -> list[bytes]:
    """Store ``count`` finished drafts; return the POST that submits each of them."""
    fields: Answers = {"draft_version": str(VERSION), "consent": "yes"}
    return [
        _post(app, port, draft_id, "/apply/submit", fields) for draft_id in store_drafts(app, count)
    ]


def prepare_autosaves(app: Flask, port: int, count: int, key: str, answers: Answers) -> list[bytes]:
    """Store ``count`` finished drafts; return the autosave of one step for each, which changes it
    for the first time."""
    fields = {**answers, "seen_saves": NO_SAVE, "save_id": "benchmark"}
    return [
        _post(app, port, draft_id, f"/apply/{key}/autosave", fields)
        for draft_id in store_drafts(app, count)
    ]


def store_drafts(app: Flask, count: int) -> list[str]:
    """Store ``count`` drafts that are finished except for the last step; return their ids."""
    with app.test_request_context():
        questionnaire = current_questionnaire()
        last = {question.key for question in questionnaire.step(STEP_KEYS[-1]).questions}
        answers = {key: value for key, value in ANSWERS.items() if key not in last}
        drafts = [
            {
                "id": draft_id,
                "resume_token": secrets.token_urlsafe(24),
                "answers": {
                    **answers,
                    "email": f"{draft_id}@client.example",
                    "problem": f"{answers['problem']} ({draft_id})",
                },
                "complete_steps": STEP_KEYS[:-1],
                "questions_version": questionnaire.version,
                "version": VERSION,
                "started_at": utc_now() - TEN_MINUTES,
            }
            for draft_id in (new_id() for _ in range(count))
        ]
        db.session.execute(insert(Draft), drafts)
        keys = [{"person_id": draft["id"], "key": new_key()} for draft in drafts]
        db.session.execute(insert(PersonKey), keys)
        db.session.commit()
        return [str(draft["id"]) for draft in drafts]


def cookie_and_token(app: Flask, draft_id: str) -> tuple[str, str]:
    """The cookie and the CSRF token of the browser that has this draft."""
    with app.test_request_context():
        token = generate_csrf()
        remember(UUID(draft_id))
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(session))}", token


def statement_values(draft: str, questions_version: str) -> dict[str, Any]:
    """The values for the two statements that submit this draft, as long as the site's own."""
    columns = rows(ANSWERS)
    values = {
        **columns,
        "id": columns["event_id"],
        "application_id": columns["id"],
        "email": f"{draft}@client.example",
        "draft_id": draft,
        "draft_version": VERSION,
        "questions_version": questions_version,
        "earlier_steps": json_text(STEP_KEYS[:-1]),
        "last_step": STEP_KEYS[-1],
        "no_save": NO_SAVE,
        "seen_saves": [NO_SAVE],
        "origin": secrets.token_bytes(32),
        "counted_for": COUNTED_FOR,
        "language": "en",
        "status": "submitted",
        "version": 1,
        "signals": "{}",
        "type": "application.submitted",
        "schema_version": 1,
        "data": json_text({"reference": columns["reference"]}),
        "person_id": draft,
        "sealed": secrets.token_bytes(len(columns["data"])),
    }
    return values | {name: Jsonb(values[name], str) for name in JSON}


def _post(app: Flask, port: int, draft_id: str, path: str, fields: Answers) -> bytes:
    cookie, token = cookie_and_token(app, draft_id)
    body = urlencode({**fields, "csrf_token": token}, doseq=True)
    return form_post(path, port, body, cookie, address=_some_address())


def _some_address() -> str:
    return f"2001:db8:{secrets.randbelow(0x10000):x}:{secrets.randbelow(0x10000):x}::1"
