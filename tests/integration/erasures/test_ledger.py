"""People erased are erased again after a restore: a ledger outside the database lists them."""

import io
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.drafts.end import discard_draft
from app.applications.drafts.resume_link import request_resume_link
from app.applications.drafts.service import start_draft
from app.applications.erasure import erase_person
from app.applications.events import DraftDiscarded
from app.applications.models import Application, Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.erasures.models import ErasureToEnter
from app.erasures.tasks import enter_in_ledger
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.service import write_as_prospect
from app.platform.database import db
from app.platform.storage.address import open_storage
from local.postgres import Postgres
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

Backup = dict[str, bytes]
WORDS = {"name": "Canary Wren", "email": "canary@wren.example", "company": "Canary Ltd"}


@pytest.fixture
def ledger(app: Flask) -> Path:
    """The ledger's folder, empty."""
    folder = Path(urlsplit(app.config["SITE"].UPLOADS_URL).path) / "erased"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture
def application(session: Session, handle_events: Callable[[], None]) -> Application:
    """An application in which every personal word is a canary."""
    application = submit_answers(session, {**STRONG, **WORDS, "problem": "canary " * 40})
    request_resume_link(session, session.get_one(Draft, application.draft_id))
    write_as_prospect(session, application.id, "As a canary sings.", form_id="canary")
    session.commit()
    handle_events()
    return application


@pytest.fixture
def draft(session: Session) -> Draft:
    """A draft begun and not sent."""
    draft = start_draft(session, current_questionnaire())
    draft.answers = dict(WORDS)
    session.commit()
    return draft


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The database's address for a role that may bypass triggers and foreign keys, as a restore
    does."""
    return postgres.url_of("site")


def back_up(database: str) -> Backup:
    """The content of every table in the database."""
    backup = {}
    with psycopg.connect(database) as connection:
        for name in sorted(db.metadata.tables):
            copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
            with connection.cursor().copy(copy) as rows:
                backup[name] = b"".join(map(bytes, rows))
    return backup


def restore(database: str, backup: Backup) -> None:
    """Put that content back into every table, and remove everything that came after."""
    db.session.remove()
    with psycopg.connect(database) as connection:
        connection.execute("SET session_replication_role = replica")
        for name, content in backup.items():
            table = sql.Identifier(name)
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as rows:
                rows.write(content)


def canaries(database: str) -> int:
    return b"".join(back_up(database).values()).lower().count(b"canary")


def erase(session: Session, application: Application, handle_events: Callable[[], None]) -> None:
    erase_person(session, application.id, actor="prospect")
    session.commit()
    handle_events()


def reapply(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["person", "reapply"]).output


def test_after_a_restore_erased_people_are_erased_again_and_leave_nothing(
    app: Flask,
    session: Session,
    application: Application,
    handle_events: Callable[[], None],
    ledger: Path,
    database: str,
) -> None:
    backup = back_up(database)
    erase(session, application, handle_events)
    enter_in_ledger()
    restore(database, backup)
    assert canaries(database) > 20

    assert reapply(app) == "Entries in the ledger: 1. Erased again: 1.\n"
    handle_events()
    assert canaries(database) == 0
    assert reapply(app) == "Entries in the ledger: 1. Erased again: 0.\n"


def test_without_the_ledger_a_restore_would_bring_erased_people_back(
    app: Flask,
    session: Session,
    application: Application,
    handle_events: Callable[[], None],
    ledger: Path,
    database: str,
) -> None:
    """The control: nothing is entered in the ledger."""
    backup = back_up(database)
    erase(session, application, handle_events)
    restore(database, backup)
    reapply(app)
    handle_events()
    assert canaries(database) > 20


def test_an_empty_ledger_is_an_error_because_it_may_be_the_wrong_one(
    app: Flask, ledger: Path
) -> None:
    result = app.test_cli_runner().invoke(args=["person", "reapply"])
    assert result.exit_code == 1 and "UPLOADS_URL no longer leads" in result.output


def test_a_draft_deleted_by_the_prospect_does_not_come_back_either(
    app: Flask,
    session: Session,
    draft: Draft,
    handle_events: Callable[[], None],
    ledger: Path,
    database: str,
) -> None:
    backup, draft_id = back_up(database), draft.id
    discard_draft(session, draft, because="by_prospect", actor="prospect")
    session.commit()
    handle_events()
    enter_in_ledger()
    restore(database, backup)
    assert reapply(app) == "Entries in the ledger: 1. Erased again: 1.\n"
    assert canaries(database) == 0
    # The restore undid the prospect's own event: this one is the operator's.
    [discarded] = read_stream(db.session(), stream_of("draft", draft_id))[-1:]
    assert discarded.type == DraftDiscarded.type
    assert discarded.metadata.actor.startswith("operator:")


def test_a_draft_that_expired_is_not_entered_in_the_ledger(
    session: Session, draft: Draft, handle_events: Callable[[], None]
) -> None:
    discard_draft(session, draft, because="expired", actor="system:applications")
    session.commit()
    handle_events()
    assert session.scalars(select(ErasureToEnter)).all() == []


def test_an_entry_holds_only_an_id_and_the_time_of_the_erasure(
    session: Session, application: Application, handle_events: Callable[[], None], ledger: Path
) -> None:
    person_id = application.draft_id
    erase(session, application, handle_events)
    [erasure] = session.scalars(select(ErasureToEnter)).all()
    erased_at = erasure.erased_at.isoformat()
    enter_in_ledger()
    assert {path.name: path.read_text() for path in ledger.iterdir()} == {str(person_id): erased_at}


def test_an_entry_that_the_ledger_could_not_take_is_entered_once_it_can(
    app: Flask,
    session: Session,
    application: Application,
    handle_events: Callable[[], None],
    ledger: Path,
) -> None:
    person_id = application.draft_id
    erase(session, application, handle_events)
    ledger.write_text("in the way of the folder")
    enter_in_ledger()
    assert "erasures_not_entered 1.0" in app.test_client().get("/metrics").text

    ledger.unlink()
    ledger.mkdir()
    (ledger / f"{person_id}.part").write_text("half of an entry, of a worker that died")
    enter_in_ledger()
    assert [path.name for path in ledger.iterdir()] == [str(person_id)]
    assert "erasures_not_entered 0.0" in app.test_client().get("/metrics").text


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_the_ledger_and_the_attachments_are_stored_apart(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Among the attachments, an entry would be deleted as a file without a row."""
    url = tmp_path.as_uri() if kind == "folder" else request.getfixturevalue("aws").make_bucket()
    files, ledger = open_storage(url), open_storage(url, "erased")
    file_id, person_id = uuid.uuid4(), uuid.uuid4()
    files.put(file_id, io.BytesIO(b"a file"))
    ledger.put(person_id, io.BytesIO(b"a time"))
    assert [found for found, _ in files.files()] == [file_id]
    assert [found for found, _ in ledger.files()] == [person_id]
