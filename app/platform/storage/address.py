"""The address in UPLOADS_URL, read once at startup; a wrong one stops it with a sentence."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, unquote

from flask import Flask, current_app

from app.platform.address_options import (
    errors_about,
    read_options,
    refuse_others,
    split_address,
    take_region,
)
from app.platform.storage.folder import FolderStorage
from app.platform.storage.protocol import Storage
from config import Config

ATTACHMENTS, LEDGER = "attachments", "erased"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def init_uploads(app: Flask, config: Config) -> None:
    """Read UPLOADS_URL. Raises ConfigurationError."""
    app.extensions["uploads"] = open_storage(config.UPLOADS_URL)
    app.extensions["ledger"] = open_storage(config.UPLOADS_URL, LEDGER)


def current_storage() -> Storage:
    """Where the running app keeps its files."""
    storage: Storage = current_app.extensions["uploads"]
    return storage


def current_ledger() -> Storage:
    """Where the running app keeps its ledger of erasures, apart from the files."""
    ledger: Storage = current_app.extensions["ledger"]
    return ledger


def open_storage(url: str, part: str = "") -> Storage:
    """The storage at ``file:///folder`` or ``s3://bucket?region=…``, or a ``part`` of it that the
    rest ignores. Does not contact it yet.

    Raises ConfigurationError.
    """
    with errors_about("UPLOADS_URL"):
        return _open(split_address(url), part)


def _open(address: SplitResult, part: str) -> Storage:
    if address.scheme == "file" and not address.netloc and address.path.startswith("/"):
        return _open_folder(address, part)
    if address.scheme == "s3":
        return _open_bucket(address, part or ATTACHMENTS)
    raise ValueError("must be like file:///folder or s3://bucket?region=…")


def _open_folder(address: SplitResult, part: str) -> Storage:
    folder = Path(unquote(address.path)) / part
    if "\0" in str(folder) or folder == folder.parent or address.query or address.fragment:
        raise ValueError("needs a folder, as in file:///folder, and nothing after it")
    if _is_blocked(folder):
        raise ValueError(f"needs a folder, and {folder} is a file or inside one")
    return FolderStorage(folder)


def _is_blocked(folder: Path) -> bool:
    """Whether it, or one of its parents, exists and is not a folder."""
    with suppress(OSError):  # the user who runs the migrations may have no access, and needs none
        return any(one.exists() and not one.is_dir() for one in (folder, *folder.parents))
    return False


def _open_bucket(address: SplitResult, part: str) -> Storage:
    if not BUCKET.fullmatch(address.netloc) or address.path.strip("/"):
        raise ValueError("needs a bucket and no folder in it, as in s3://bucket?region=eu-west-1")
    options = read_options(address)
    region, endpoint = take_region(options)
    refuse_others(options)
    # AWS's client costs 20 MB and a tenth of each process's start.
    from app.platform.storage.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(address.netloc, f"{part}/", region=region, endpoint=endpoint)
