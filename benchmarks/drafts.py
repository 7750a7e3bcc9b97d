"""Prepared prospects: drafts ready to be sent, each with its browser's cookie and token."""

import secrets

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import insert

from app.applications.models import Draft
from app.applications.pages import DRAFT_COOKIE
from app.applications.questions import STEP_KEYS, current_questionnaire
from app.database import db, new_id
from app.events.models import PersonKey
from app.events.sealing import new_key
from benchmarks.load import form_post
from benchmarks.sample import ANSWERS

VERSION = 5


def prepare_submits(app: Flask, port: int, count: int) -> list[bytes]:
    """Store ``count`` finished drafts and return the POST that sends each of them."""
    with app.test_request_context():
        questionnaire = current_questionnaire()
        last = {question.key for question in questionnaire.step(STEP_KEYS[-1]).questions}
        drafts = [
            {
                "id": new_id(),
                "resume_token": secrets.token_urlsafe(24),
                "answers": {key: value for key, value in ANSWERS.items() if key not in last},
                "complete_steps": STEP_KEYS[:-1],
                "questions_version": questionnaire.version,
                "version": VERSION,
            }
            for _ in range(count)
        ]
        db.session.execute(insert(Draft), drafts)
        keys = [{"person_id": draft["id"], "key": new_key()} for draft in drafts]
        db.session.execute(insert(PersonKey), keys)
        db.session.commit()
        return [_submit(app, port, str(draft["id"])) for draft in drafts]


def _submit(app: Flask, port: int, draft_id: str) -> bytes:
    # One token for all: each session has to be verified all the same.
    token = generate_csrf()
    session.permanent = True
    session[DRAFT_COOKIE] = draft_id
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(dict(session))}"
    body = f"csrf_token={token}&draft_version={VERSION}&consent=yes"
    return form_post("/apply/submit", port, body, cookie)
