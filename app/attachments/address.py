"""The address in UPLOADS_URL: read once, at the start, with a sentence if it is wrong."""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote

from flask import Flask, current_app

from app.address_options import read_options, refuse_others, split_address, take_region
from app.attachments.folder import FolderStorage
from app.attachments.storage import Storage
from config import Config, ConfigurationError

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def init_uploads(app: Flask, config: Config) -> None:
    """Read UPLOADS_URL. Raises ConfigurationError."""
    app.extensions["uploads"] = open_storage(config.UPLOADS_URL)


def current_storage() -> Storage:
    """Where the running app keeps its files."""
    storage: Storage = current_app.extensions["uploads"]
    return storage


def open_storage(url: str) -> Storage:
    """The storage at ``file:///folder`` or ``s3://bucket?region=…``. Nothing is asked of it yet.

    Raises ConfigurationError.
    """
    try:
        return _open(split_address(url))
    except ValueError as error:
        raise ConfigurationError(f"UPLOADS_URL {error}.") from None


def _open(address: SplitResult) -> Storage:
    if address.scheme == "file" and not address.netloc and len(address.path) > 1:
        return FolderStorage(Path(unquote(address.path)))
    if address.scheme == "s3":
        return _open_bucket(address)
    raise ValueError("must be like file:///folder or s3://bucket?region=…")


def _open_bucket(address: SplitResult) -> Storage:
    if not BUCKET.fullmatch(address.netloc) or address.path.strip("/"):
        raise ValueError("needs a bucket and no folder in it, as in s3://bucket?region=eu-west-1")
    options = read_options(address)
    region, endpoint = take_region(options)
    refuse_others(options)
    # AWS's client takes 20 MB and a tenth of each process's start.
    from app.attachments.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(address.netloc, region=region, endpoint=endpoint)
