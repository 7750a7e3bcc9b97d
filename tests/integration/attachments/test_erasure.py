"""Files removed or erased leave the database and storage, however often storage refuses."""

import io
import json
import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.erasure import erase_person
from app.applications.models import Draft
from app.attachments import service
from app.attachments.cleaning import delete_orphans, delete_removed
from app.attachments.models import Attachment
from app.attachments.tasks import sweep_orphans, sweep_removed
from app.platform.database import utc_now
from app.platform.storage.address import current_storage
from app.platform.storage.folder import FolderStorage
from app.platform.storage.protocol import Storage, StorageUnavailable
from tests.integration.attachments.conftest import Prospect, stored
from tests.sample_files import pdf, png

Handle = Callable[[], None]
REMAINS = text("SELECT coalesce(string_agg(a::text, ''), '') FROM attachments a")


class Reluctant:
    """A storage that refuses to delete a given number of times."""

    def __init__(self, storage: Storage, refusals: int) -> None:
        self.refusals = refusals
        self.put, self.open, self.files = storage.put, storage.open, storage.files
        self._delete = storage.delete

    def delete(self, file_id: uuid.UUID) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StorageUnavailable("SlowDown")
        self._delete(file_id)


@pytest.fixture
def erased(prospect: Prospect, uploads: Path, session: Session, handle_events: Handle) -> Prospect:
    """A prospect who sent two files, each with a canary, and was erased; storage has not been asked
    to delete them yet."""
    prospect.attach(pdf(b"canary"), "canary.pdf")
    prospect.attach(png(b"canary"), "canary.png")
    application = prospect.submit()
    handle_events()
    assert b"".join(stored(uploads).values()).count(b"canary") == 2
    erase_person(session, application.id, actor="operator:ada")
    session.commit()
    handle_events()
    return prospect


def test_an_erased_person_leaves_no_file_and_no_file_name(
    erased: Prospect, uploads: Path, session: Session
) -> None:
    assert erased.files == []
    assert "canary" not in session.scalars(REMAINS).one()
    sweep_removed()
    assert stored(uploads) == {}
    assert session.scalars(REMAINS).one() == ""


def test_storage_that_refuses_is_asked_again_until_it_has_deleted_the_files(
    erased: Prospect, uploads: Path, session: Session
) -> None:
    storage = Reluctant(current_storage(), refusals=3)
    rounds = 0
    while session.scalars(select(Attachment.id)).all():
        delete_removed(session, storage)
        rounds += 1
    assert rounds == 4
    assert stored(uploads) == {}


def test_deleting_the_row_before_its_file_would_leave_the_file(
    erased: Prospect, uploads: Path, session: Session
) -> None:
    """The control: without the row, nothing says what to delete."""
    session.execute(delete(Attachment))
    session.commit()
    sweep_removed()
    assert any(b"canary" in content for content in stored(uploads).values())


def test_a_removed_file_disappears_from_the_page_immediately_and_then_from_storage(
    prospect: Prospect, uploads: Path, session: Session
) -> None:
    prospect.attach(pdf(), "first.pdf")
    prospect.attach(pdf(), "second.pdf")
    first, second = prospect.files
    assert prospect.remove(first.id).status_code == 303
    assert prospect.remove(first.id).status_code == 303
    assert "first.pdf" not in prospect.page
    sweep_removed()
    assert list(stored(uploads)) == [str(second.id)]


def test_deleting_a_draft_deletes_its_files(
    prospect: Prospect, uploads: Path, session: Session
) -> None:
    prospect.attach(pdf())
    session.execute(delete(Draft).where(Draft.id == prospect.draft_id))
    session.commit()
    sweep_removed()
    assert (stored(uploads), session.scalars(REMAINS).one()) == ({}, "")


def test_what_is_left_of_an_upload_whose_process_died_is_deleted(
    prospect: Prospect, uploads: Path, session: Session
) -> None:
    reserved = service.reserve_attachment(
        session, prospect.draft_id, name="half.pdf", kind="pdf", size_bytes=9
    )
    session.commit()
    uploads.mkdir()
    (uploads / f"{reserved}.part").write_bytes(b"%PDF-1.7\n")
    assert prospect.files == []
    sweep_removed()
    assert len(stored(uploads)) == 1, "it may still be under way"
    session.execute(update(Attachment).values(reserved_at=utc_now() - timedelta(hours=2)))
    session.commit()
    sweep_removed()
    assert (stored(uploads), session.scalars(REMAINS).one()) == ({}, "")


def test_a_file_that_arrives_after_its_upload_was_given_up_is_deleted_too(
    prospect: Prospect, uploads: Path, session: Session
) -> None:
    reserved = service.reserve_attachment(
        session, prospect.draft_id, name="late.pdf", kind="pdf", size_bytes=9
    )
    service.give_up(session, reserved)
    session.commit()
    sweep_removed()
    current_storage().put(reserved, io.BytesIO(b"canary"))
    session.execute(update(Attachment).values(reserved_at=utc_now() - timedelta(hours=2)))
    session.commit()
    sweep_removed()
    assert (stored(uploads), session.scalars(REMAINS).one()) == ({}, "")


def test_a_file_without_a_row_is_deleted_once_it_is_a_day_old(
    prospect: Prospect, uploads: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    prospect.attach(pdf())
    [known] = prospect.files
    young, old = uuid.uuid4(), uuid.uuid4()
    for file_id in (young, old):
        current_storage().put(file_id, io.BytesIO(b"nobody's"))
    two_days_ago = (utc_now() - timedelta(days=2)).timestamp()
    for file_id in (known.id, old):
        os.utime(uploads / str(file_id), (two_days_ago, two_days_ago))
    sweep_orphans()
    assert set(stored(uploads)) == {str(known.id), str(young)}


def test_a_row_whose_file_is_lost_is_reported_and_kept(
    prospect: Prospect, uploads: Path, session: Session
) -> None:
    prospect.attach(pdf(), "canary.pdf")
    [lost] = prospect.files
    lost_id = lost.id
    session.execute(update(Attachment).values(stored_at=utc_now() - timedelta(days=2)))
    session.commit()
    (uploads / str(lost_id)).unlink()
    with capture_logs() as said:
        delete_orphans(session, current_storage())
    [line] = said
    assert (line["event"], line["id"]) == ("attachment.file_missing", str(lost_id))
    assert [file.id for file in prospect.files] == [lost_id]


def test_the_sweeps_end_quietly_while_storage_is_away(
    erased: Prospect, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageUnavailable("EndpointConnectionError")

    monkeypatch.setattr(FolderStorage, "delete", fail)
    monkeypatch.setattr(FolderStorage, "files", fail)
    sweep_removed()
    sweep_orphans()
    assert len(stored(uploads)) == 2


def test_a_persons_export_lists_their_files(app: Flask, prospect: Prospect, uploads: Path) -> None:
    prospect.attach(pdf(), "Flow.pdf")
    application = prospect.submit()
    run = app.test_cli_runner().invoke(args=["person", "export", application.reference])
    [file] = json.loads(run.output)["attachments"]
    assert (file["name"], file["size_bytes"]) == ("Flow.pdf", len(pdf()))
