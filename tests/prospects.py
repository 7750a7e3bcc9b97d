"""Prospects who have answered everything and press "Send", over HTTP, as often as a test needs.

The earlier steps are written straight into the database; what is tested begins with the last POST.
"""

import http.client
import secrets
import time
import uuid
from collections.abc import Mapping
from functools import cache
from multiprocessing.pool import ThreadPool
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import psycopg
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from psycopg.types.json import Jsonb

from app.applications.questions.file import load_questionnaire
from tests.demo_applications import STRONG
from tests.site import CONTENT, Site

QUESTIONNAIRE = load_questionnaire(CONTENT / "questions.toml")
*FIRST_STEPS, LAST_STEP = QUESTIONNAIRE.steps
LAST_KEYS = [question.key for question in LAST_STEP.questions]
SEEN_VERSION = 1
SENDERS = 4
TIMEOUT = 60
DAY_SECONDS = 86400

Fields = Mapping[str, str | list[str]]


class Prospect(NamedTuple):
    """A prospect at the last page: ``cookie`` names the finished draft, ``fields`` are typed."""

    email: str
    cookie: str
    fields: Fields


class Answer(NamedTuple):
    """The site's response. ``token`` is that of the prospect's own page, if it redirects there."""

    status: int
    token: str
    seconds: float
    page: str = ""


def make_prospects(site: Site, count: int, **answers: str) -> list[Prospect]:
    """Make ``count`` prospects, each with their own email address; ``answers`` replace the usual
    ones."""
    drafts = {uuid.uuid4(): f"{secrets.token_hex(8)}@example.com" for _ in range(count)}
    given = {key: value for key, value in STRONG.items() if key not in LAST_KEYS}
    rows = [
        {
            "id": draft_id,
            "token": secrets.token_urlsafe(24),
            "answers": Jsonb({**given, "email": email, **answers}),
            "steps": Jsonb([step.key for step in FIRST_STEPS]),
            "questions": QUESTIONNAIRE.version,
            "version": SEEN_VERSION,
        }
        for draft_id, email in drafts.items()
    ]
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.cursor().executemany(
            "INSERT INTO drafts"
            " (id, resume_token, answers, complete_steps, questions_version, version)"
            " VALUES (%(id)s, %(token)s, %(answers)s, %(steps)s, %(questions)s, %(version)s)",
            rows,
        )
    last = {key: STRONG[key] for key in LAST_KEYS} | {"draft_version": str(SEEN_VERSION)}
    return [
        Prospect(answers.get("email", email), *sealed(site, last, draft=str(draft_id)))
        for draft_id, email in drafts.items()
    ]


class Yesterday(TimestampSigner):
    """Signs with yesterday's time, so that cookies stay valid if the site's clock is set back."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - DAY_SECONDS


@cache
def session_signer(secret: str) -> URLSafeTimedSerializer:
    signer = Flask(__name__)
    signer.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(signer)
    assert serializer
    serializer.signer = Yesterday
    return serializer


def sealed(site: Site, fields: Fields, **session: str | int) -> tuple[str, Fields]:
    """A session cookie as the site signs it, and the fields with that session's CSRF token."""
    secret = site.settings["SECRET_KEY"]
    csrf = secrets.token_hex(20)
    token = URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(csrf)
    serialized = session_signer(secret).dumps({"csrf_token": csrf, **session})
    return f"session={serialized}", {**fields, "csrf_token": str(token)}


def post(site: Site, path: str, cookie: str, fields: Fields, **headers: str) -> Answer:
    """Send one POST. Raises OSError or HTTPException if the site dies during it."""
    address = urlsplit(site.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=TIMEOUT)
    headers |= {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    started = time.perf_counter()
    try:
        connection.request("POST", path, urlencode(fields, doseq=True), headers)
        response = connection.getresponse()
        page = response.read().decode()
    finally:
        connection.close()
    before, _, token = response.getheader("Location", "").rpartition("/")
    is_own_page = before.endswith("/applications")
    seconds = time.perf_counter() - started
    return Answer(response.status, token if is_own_page else "", seconds, page)


def send(site: Site, prospect: Prospect) -> Answer:
    """Press the last page's "Send"."""
    return post(site, "/apply/submit", prospect.cookie, prospect.fields)


def submit(site: Site, count: int, **answers: str) -> None:
    """Submit ``count`` applications, several at a time."""
    with ThreadPool(SENDERS) as pool:
        sent = pool.map(
            lambda prospect: send(site, prospect), make_prospects(site, count, **answers)
        )
    assert all(answer.token for answer in sent), sent
