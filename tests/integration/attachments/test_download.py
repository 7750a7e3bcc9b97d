"""A file is served as a download, to those who may see the page that links to it."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.platform.storage.folder import FolderStorage
from app.platform.storage.protocol import StorageUnavailable
from tests.integration.attachments.conftest import Prospect, reasons
from tests.sample_files import pdf, png

NewProspect = Callable[[], Prospect]


@pytest.fixture
def addresses(prospect: Prospect, uploads: Path) -> list[str]:
    """The prospect's and the staff's address of a file sent with an application."""
    prospect.attach(png(b"canary"), "Überblick.png")
    application = prospect.submit()
    [file] = prospect.files
    return [
        f"/applications/{application.access_token}/attachments/{file.id}",
        f"/staff/applications/{application.id}/attachments/{file.id}",
    ]


def test_a_file_is_downloaded_and_never_displayed_on_the_sites_own_origin(
    addresses: list[str], desk: FlaskClient
) -> None:
    for address in addresses:
        answer = desk.get(address)
        assert (answer.status_code, answer.data) == (200, png(b"canary"))
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "filename*=UTF-8''%C3%9Cberblick.png" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Length"] == str(len(png(b"canary")))
        assert answer.mimetype == "image/png"


def test_both_pages_of_the_application_link_to_it(addresses: list[str], desk: FlaskClient) -> None:
    for address in addresses:
        page = desk.get(address.rpartition("/attachments/")[0]).text
        assert "Überblick.png" in page and f'href="{address}"' in page


def test_a_download_needs_the_prospects_link_or_a_login(
    addresses: list[str], client: FlaskClient
) -> None:
    own, staffs = addresses
    assert client.get(own).status_code == 200
    assert client.get(staffs).location.startswith("/staff/login")


def test_another_prospects_file_is_not_found(
    addresses: list[str], desk: FlaskClient, new_prospect: NewProspect
) -> None:
    other = new_prospect()
    other.attach(pdf())
    other.submit()
    [others] = other.files
    for address in addresses:
        before = address.rpartition("/")[0]
        foreign, none = desk.get(f"{before}/{others.id}"), desk.get(f"{before}/{uuid.uuid4()}")
        assert foreign.status_code == none.status_code == 404
        assert foreign.text == none.text


def test_a_file_that_is_lost_or_out_of_reach_does_not_crash_the_page(
    addresses: list[str], desk: FlaskClient, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageUnavailable("ConnectTimeoutError")

    with monkeypatch.context() as broken, capture_logs() as said:
        broken.setattr(FolderStorage, "open", fail)
        for address in addresses:
            answer = desk.get(address)
            assert answer.status_code == 503 and "storage is not answering" in answer.text
    told = [one for one in reasons(said) if one[0] == "attachment.not_fetched"]
    assert told == [("attachment.not_fetched", "ConnectTimeoutError")] * len(addresses)
    for path in uploads.iterdir():
        path.unlink()
    for address in addresses:
        assert desk.get(address).status_code == 404
