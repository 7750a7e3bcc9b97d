"""Applications for staff to review: some made by the real flow, some only as rows of the queue."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import AnswerDue
from app.applications.models import Application, Draft
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.engagements.service import accept_terms
from app.events.schedule import schedule
from app.events.types import stream_of
from app.review.queue.models import QueueRow
from app.review.queue.table import keep_rows
from app.scoring.models import ScoreRecord
from tests.form_page import FormPage, token_in

SEEN = re.compile(r'name="seen" value="(\d+)"')
SEND_BUTTON = re.compile(r'name="confirmed" value="(\w+)"')

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]
Press = Callable[..., TestResponse]
Stock = Callable[..., list[uuid.UUID]]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNER = "Marguerite Okonkwo"
HELD = {"status": "held", "signals": {"fast": 1}}


@pytest.fixture
def applied(submit: Submit, handle_events: Handle) -> Application:
    """A fully handled application."""
    application = submit(company="Tidewater", name="Marguerite Okonkwo")
    handle_events()
    return application


@pytest.fixture
def proposed(submit: Submit, handle_events: Handle) -> Application:
    """A scored application, for which a Build is recommended and proposed."""
    application = submit()
    handle_events()
    return application


@pytest.fixture
def decide() -> Decide:
    """Submit the decision form of a page opened when ``application`` was loaded, as a reviewer who
    has read the conversation since."""

    def decide(client: FlaskClient, application: Application, **fields: str) -> TestResponse:
        address = f"/staff/applications/{application.id}"
        page = client.get(address).text
        seen = SEEN.search(page)
        data = {"version": str(application.version), "seen": seen[1] if seen else "", **fields}
        return client.post(f"{address}/decision", data={"csrf_token": token_in(page), **data})

    return decide


@pytest.fixture
def decide_and_send(decide: Decide) -> Decide:
    """Preview the mail, then press "Send"."""

    def decide_and_send(
        client: FlaskClient, application: Application, **fields: str
    ) -> TestResponse:
        preview = decide(client, application, **fields)
        return decide(client, application, **fields, confirmed=confirm(preview))

    return decide_and_send


@pytest.fixture
def offered(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> Application:
    """An application that Ada has accepted as a Sprint at $12,500, as the client can read."""
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,500")
    handle_events()
    session.refresh(proposed)
    return proposed


@pytest.fixture
def engagement(offered: Application, session: Session) -> Engagement:
    engagement = engagement_of(session, offered.id)
    assert engagement
    return engagement


@pytest.fixture
def agree(session: Session, engagement: Engagement) -> Callable[[], None]:
    def agree() -> None:
        accept_terms(session, engagement, name=SIGNER, seen_version=engagement.version)
        session.commit()

    return agree


@pytest.fixture
def press(desk: FlaskClient) -> Press:
    """Fill in the form on an application's page and press one of its buttons, as a browser does."""

    def press(page: TestResponse, button: str, **typed: str) -> TestResponse:
        fields = {name: values[0] for name, values in FormPage(page.text).values.items()}
        address = "/".join(page.request.path.split("/")[:4])
        return desk.post(f"{address}/{button}", data={**fields, **typed})

    return press


def confirm(preview: TestResponse) -> str:
    """The value of the preview's "Send" button."""
    button = SEND_BUTTON.search(preview.text)
    assert button, preview.text
    return button[1]


@pytest.fixture
def stock(session: Session) -> Stock:
    """Fill the queue with rows, each given as {"total": …, "at": …, any column: …}."""

    def stock(rows: list[dict[str, Any]]) -> list[uuid.UUID]:
        if not rows:
            return []
        drafts = [_draft_row() for _ in rows]
        applications = [
            _application_row(draft, row) for draft, row in zip(drafts, rows, strict=True)
        ]
        session.execute(insert(Draft), drafts)
        for application in applications:  # they don't all have the same columns
            session.execute(insert(Application).values(application))
        ids = [application["id"] for application in applications]
        scores = [
            _score_row(identity, row)
            for identity, row in zip(ids, rows, strict=True)
            if row.get("total") is not None
        ]
        if scores:
            session.execute(insert(ScoreRecord), scores)
        keep_rows(session, ids)
        session.commit()
        return ids

    return stock


@pytest.fixture
def promise(session: Session) -> Callable[..., None]:
    """Schedule an application's answer to be due that many hours after noon."""

    def promise(application_id: uuid.UUID, *, hours: int) -> None:
        stream, at = stream_of("application", application_id), NOON + timedelta(hours=hours)
        key = f"answer_due:{application_id}"
        schedule(session, stream, AnswerDue(), at=at, key=key, actor="system:test")
        session.commit()

    return promise


@pytest.fixture
def waiting(session: Session, stock: Stock, promise: Callable[..., None]) -> list[uuid.UUID]:
    """Applications by due time: two late, two waiting (one of each held), and one that waits for
    the prospect. The best are due last."""
    late_held, late, soon, soon_held, asked = stock(
        [
            {"total": None, **HELD},
            {"total": 10},
            {"total": 20},
            {"total": None, **HELD},
            {"total": 90, "status": "more_requested"},
        ]
    )
    for hours, application_id in enumerate((late_held, late), start=-9):
        since = NOON + timedelta(hours=hours)
        which = QueueRow.application_id == application_id
        session.execute(update(QueueRow).where(which).values(late_since=since))
    promise(soon, hours=1)
    promise(soon_held, hours=2)
    promise(asked, hours=-99)  # still scheduled until the question's subscriber cancels it
    return [late_held, late, soon, soon_held, asked]


def _draft_row() -> dict[str, Any]:
    identity = uuid.uuid4()
    return {
        "id": identity,
        "resume_token": identity.hex,
        "questions_version": "1",
        "answers": {},
        "version": 1,
    }


def _application_row(draft: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    identity = uuid.uuid4()
    is_decided = row.get("status") in {"accepted", "declined"}
    return {
        "id": identity,
        "draft_id": draft["id"],
        "reference": f"CE-{identity.hex[:8]}",
        "access_token": identity.hex,
        "name": "Somebody",
        "email": "somebody@client.example",
        "company": "A client",
        "answers": {},
        "questions_version": "1",
        "submitted_at": row.get("at", datetime.now(UTC)),
        "decided_at": datetime.now(UTC) if is_decided else None,
        **{k: v for k, v in row.items() if k not in {"total", "band", "kind", "at"}},
    }


def _score_row(application_id: uuid.UUID, row: dict[str, Any]) -> dict[str, Any]:
    judged = {
        "total": row["total"],
        "band": row.get("band", "good"),
        "recommended_kind": row.get("kind", "sprint"),
        "rubric_version": "1",
    }
    said = {"band_label": "Good fit", "criteria": [], "kind_reason": "", "missing": []}
    return {"application_id": application_id, **judged, "result": {**judged, **said}}
