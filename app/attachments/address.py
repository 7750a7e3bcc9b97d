"""The address in UPLOADS_URL: read once, at the start, with a sentence if it is wrong."""

import re
from importlib import import_module
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from flask import Flask, current_app

from app.attachments.folder import FolderStorage
from app.attachments.storage import Storage
from config import Config, ConfigurationError

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z0-9-]+")


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
        address = urlsplit(url)
    except ValueError:
        address = urlsplit("")
    if address.scheme == "file" and not address.netloc and len(address.path) > 1:
        return FolderStorage(Path(unquote(address.path)))
    if address.scheme == "s3":
        return _open_bucket(address)
    raise ConfigurationError("UPLOADS_URL must be like file:///folder or s3://bucket?region=….")


def _open_bucket(address: SplitResult) -> Storage:
    options = dict(parse_qsl(address.query))
    region, endpoint = options.pop("region", ""), options.pop("endpoint", None)
    if not BUCKET.fullmatch(address.netloc) or not REGION.fullmatch(region):
        raise ConfigurationError(
            "UPLOADS_URL needs a bucket and a region, as in s3://bucket?region=eu-west-1."
        )
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise ConfigurationError("UPLOADS_URL needs an endpoint= like https://host.")
    if options or address.path.strip("/"):
        raise ConfigurationError(
            "UPLOADS_URL has, besides bucket, region= and endpoint=, something that it can't use."
        )
    # AWS's client is large: it is loaded where it is used.
    s3 = import_module("app.attachments.s3")
    storage: Storage = s3.S3Storage(address.netloc, region=region, endpoint=endpoint)
    return storage
