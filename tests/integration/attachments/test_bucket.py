"""Attachments stored in a bucket."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.attachments.service import mark_all_removed
from app.attachments.tasks import sweep_removed
from app.platform.storage.address import open_storage
from tests.brokers.aws import Aws
from tests.integration.attachments.conftest import Prospect
from tests.sample_files import pdf


def test_a_file_in_a_bucket_can_be_stored_read_and_erased_like_one_in_a_folder(
    app: Flask, prospect: Prospect, session: Session, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = open_storage(aws.make_bucket())
    monkeypatch.setitem(app.extensions, "uploads", bucket)
    assert prospect.attach(pdf(b"canary")).status_code == 303
    application = prospect.submit()
    [file] = prospect.files
    assert [found for found, _ in bucket.files()] == [file.id]
    address = f"/applications/{application.access_token}/attachments/{file.id}"
    assert prospect.client.get(address).data == pdf(b"canary")
    mark_all_removed(session, prospect.draft_id)
    session.commit()
    sweep_removed()
    assert list(bucket.files()) == []
    assert prospect.client.get(address).status_code == 404
