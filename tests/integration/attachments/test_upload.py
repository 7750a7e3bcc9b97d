"""Adding and removing files: an accepted file is stored, and a refused one leaves nothing
behind."""

import io
import uuid
from collections.abc import Callable
from datetime import datetime
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.drafts.end import discard_draft
from app.applications.models import Draft
from app.attachments import views
from app.attachments.models import Attachment
from app.attachments.sniffing import NEITHER, SVG
from app.attachments.upload import EMPTY, MOST_BYTES, TOO_LARGE
from app.platform.database import db, utc_now
from app.platform.storage.folder import FolderStorage
from app.platform.storage.protocol import StorageUnavailable
from tests.integration.attachments.conftest import Prospect, problem, reasons, stored
from tests.sample_files import pdf, png, png_of

NewProspect = Callable[[], Prospect]
REFUSED = {
    "program": (b"MZ\x90\x00 a program", "diagram.pdf", NEITHER),
    "page": (b"<!doctype html><script>alert(1)</script>", "diagram.png", NEITHER),
    "svg": (b"<svg onload='alert(1)'/>", "diagram.svg", SVG),
    "svg as png": (b"<svg onload='alert(1)'/>", "diagram.png", SVG),
    "polyglot": (pdf() + b"PK\x05\x06" + bytes(18), "diagram.pdf", ""),
    "empty": (b"", "diagram.pdf", EMPTY),
    "a byte too long": (png_of(MOST_BYTES + 1), "diagram.png", TOO_LARGE),
    "far too long": (bytes(MOST_BYTES + 200_000), "diagram.pdf", TOO_LARGE),
}


@pytest.mark.parametrize(("content", "name"), [(pdf(), "Flow.pdf"), (png(), "Flow.png")])
def test_a_file_is_stored_and_named(
    prospect: Prospect, uploads: Path, content: bytes, name: str
) -> None:
    answer = prospect.attach(content, name)
    assert (answer.status_code, answer.location) == (303, "/apply/attachments")
    [file] = prospect.files
    assert (file.name, file.size_bytes) == (name, len(content))
    assert stored(uploads) == {str(file.id): content}
    page = prospect.page
    assert name in page and "The file is attached." in page and "Attached: 1 of 5" in page


def test_a_file_of_ten_megabytes_is_accepted(prospect: Prospect, uploads: Path) -> None:
    assert prospect.attach(png_of(MOST_BYTES)).status_code == 303
    assert [len(kept) for kept in stored(uploads).values()] == [MOST_BYTES]


@pytest.mark.parametrize(("content", "name", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_refused_file_is_explained_at_the_field_and_nothing_of_it_is_kept(
    prospect: Prospect, uploads: Path, content: bytes, name: str, sentence: str
) -> None:
    answer = prospect.attach(content, name)
    assert answer.status_code in {413, 422}
    assert problem(answer) == sentence or not sentence
    assert (prospect.files, stored(uploads)) == ([], {})


def test_a_file_name_is_used_neither_as_a_path_nor_as_markup(
    prospect: Prospect, uploads: Path
) -> None:
    prospect.attach(pdf(), "../../<script>alert(1)</script>\u202e\x07.exe")
    [file] = prospect.files
    assert list(stored(uploads)) == [str(file.id)]
    assert "<script>alert(1)" not in prospect.page
    assert "\u202e" not in prospect.page and "script&gt;.exe.pdf" in prospect.page


def test_an_upload_without_a_file_is_asked_for_one(prospect: Prospect) -> None:
    answer = prospect.client.post("/apply/attachments", data={"csrf_token": prospect.token})
    assert (answer.status_code, problem(answer)) == (422, "Choose a file first.")


def test_without_a_token_no_file_is_accepted(prospect: Prospect, uploads: Path) -> None:
    answer = prospect.attach(pdf(), csrf_token="forged")
    assert answer.status_code == 400 and "open for too long" in answer.text
    assert (prospect.files, stored(uploads)) == ([], {})


def test_a_sixth_file_is_refused_until_one_is_removed(prospect: Prospect) -> None:
    hint = "Remove one to attach another."
    for number in range(5):
        assert prospect.attach(pdf(), f"{number}.pdf").status_code == 303
    assert 'type="file"' not in prospect.page and hint in prospect.page
    answer = prospect.attach(pdf(), "6.pdf")
    assert answer.status_code == 422 and "can have at most 5 files" in problem(answer)
    assert prospect.remove(prospect.files[2].id).status_code == 303
    assert 'type="file"' in prospect.page and hint not in prospect.page
    assert prospect.attach(pdf(), "6.pdf").status_code == 303
    assert [file.name for file in prospect.files] == ["0.pdf", "1.pdf", "3.pdf", "4.pdf", "6.pdf"]


def test_of_many_files_sent_at_once_only_five_are_accepted(
    app: Flask, prospect: Prospect, uploads: Path
) -> None:
    token = prospect.token
    cookie = prospect.client.get_cookie("session")
    assert cookie

    def attach(number: int) -> int:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        data = {"csrf_token": token, "file": (io.BytesIO(pdf()), f"{number}.pdf")}
        return client.post("/apply/attachments", data=data).status_code

    with ThreadPool(6) as pool:
        answers = pool.map(attach, range(12))
    assert sorted(answers) == [303] * 5 + [422] * 7
    assert len(prospect.files) == len(stored(uploads)) == 5


def test_after_too_many_tries_an_upload_is_refused_unread(
    prospect: Prospect,
) -> None:
    answers = [prospect.attach(b"nothing").status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]
    assert problem(prospect.attach(pdf())) == views.TOO_OFTEN
    prospect.client.delete_cookie("session")
    assert prospect.client.post("/apply/attachments").status_code == 429


def test_when_storage_fails_nothing_is_left_and_the_log_has_the_reason(
    prospect: Prospect, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageUnavailable("InvalidAccessKeyId")

    with monkeypatch.context() as broken, capture_logs() as said:
        broken.setattr(FolderStorage, "put", fail)
        answer = prospect.attach(pdf())
    assert (answer.status_code, problem(answer)) == (503, views.NOT_NOW)
    assert ("attachment.not_stored", "InvalidAccessKeyId") in reasons(said)
    assert (prospect.files, stored(uploads)) == ([], {})
    assert prospect.attach(pdf()).status_code == 303


def test_another_prospects_file_cannot_be_removed(
    prospect: Prospect, new_prospect: NewProspect
) -> None:
    prospect.attach(pdf())
    [file] = prospect.files
    assert new_prospect().remove(file.id).status_code == 303
    assert prospect.files == [file]


def test_once_the_application_is_sent_no_file_can_be_added_or_removed(
    prospect: Prospect, uploads: Path
) -> None:
    prospect.attach(pdf())
    prospect.submit()
    [file] = prospect.files
    for answer in (prospect.attach(png()), prospect.remove(file.id)):
        assert (answer.status_code, answer.location) == (303, "/apply/review")
    assert prospect.files == [file] and list(stored(uploads)) == [str(file.id)]


def test_a_form_sent_while_a_file_is_still_being_stored_goes_without_it(
    prospect: Prospect, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = FolderStorage.put

    def put_and_submit(*file: object) -> None:
        put(*file)  # type: ignore[arg-type]
        prospect.submit()

    monkeypatch.setattr(FolderStorage, "put", put_and_submit)
    assert prospect.attach(pdf()).location == "/apply/review"
    assert prospect.files == []


def test_a_file_still_being_stored_when_its_draft_is_deleted_goes_with_it(
    prospect: Prospect, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = FolderStorage.put

    def put_and_delete(*file: object) -> None:
        put(*file)  # type: ignore[arg-type]
        with Session(db.engine) as other:
            discard_draft(
                other, other.scalars(select(Draft)).one(), because="by_prospect", actor="prospect"
            )
            other.commit()

    monkeypatch.setattr(FolderStorage, "put", put_and_delete)
    assert prospect.attach(pdf()).location == "/apply/review"
    [left] = session.scalars(select(Attachment))
    assert left.removed_at and not left.name


def test_adding_or_removing_a_file_counts_as_a_change_of_the_draft(
    prospect: Prospect, session: Session
) -> None:
    def draft() -> tuple[int, datetime, datetime | None]:
        session.rollback()
        draft = session.get_one(Draft, prospect.draft_id)
        return draft.version, draft.saved_at, draft.reminded_at

    session.get_one(Draft, prospect.draft_id).reminded_at = utc_now()
    session.commit()
    seen, before, _ = draft()
    prospect.attach(pdf())
    attached, at_work, reminded = draft()
    assert attached > seen and at_work > before and reminded is None
    [file] = prospect.files
    prospect.remove(file.id)
    assert draft()[0] > attached


def test_a_visitor_without_a_draft_is_led_to_the_start(client: FlaskClient) -> None:
    assert client.get("/apply/attachments").location == "/apply"
    assert client.post("/apply/attachments", data={}).location == "/apply"
    address = f"/apply/attachments/{uuid.uuid4()}/remove"
    assert client.post(address, data={"much": "x" * 300_000}).status_code == 413


def test_no_other_page_accepts_a_body_as_large_as_an_upload(prospect: Prospect) -> None:
    data = {"csrf_token": prospect.token, "problem": "x" * 300_000}
    assert prospect.client.post("/apply/problem", data=data).status_code == 413


def test_the_step_keeps_what_was_typed_and_links_to_the_files_and_back(
    prospect: Prospect,
) -> None:
    data = {"csrf_token": prospect.token, "problem": "Half a sentence", "attach": "yes"}
    answer = prospect.client.post("/apply/problem", data=data)
    assert answer.location == "/apply/attachments"
    assert 'href="/apply/problem"' in prospect.page
    prospect.attach(pdf(), "Flow.pdf")
    step = prospect.client.get("/apply/problem").text
    assert "Half a sentence" in step and "Flow.pdf" in step


def test_the_review_lists_what_will_be_sent(prospect: Prospect) -> None:
    assert "None attached." in prospect.client.get("/apply/review").text
    prospect.attach(pdf(), "Flow.pdf")
    assert "Flow.pdf" in prospect.client.get("/apply/review").text
    data = {"csrf_token": prospect.token, "anything_else": "One more thing", "attach": "yes"}
    answer = prospect.client.post("/apply/review", data=data)
    assert answer.location == "/apply/attachments"
    assert "One more thing" in prospect.client.get("/apply/review").text
