"""The site's own files, under addresses that change with their content, so that browsers keep them.

/assets/<version>/css/site.css is all style sheets in one; anything else is a file of app/static.
The version covers the whole folder: a style sheet finds its fonts by a relative address.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final, cast

import msgspec
from flask import Blueprint, Flask, Response, current_app, request, send_from_directory

from config import Config

FOLDER: Final = Path(__file__).parent / "static"
BUNDLE: Final = "css/site.css"
SHEETS: Final = (
    *("tokens", "base", "layout", "components", "records", "forms", "choices", "attachments"),
    *("conversation", "tables", "prose", "figures", "content"),
    *("staff", "workspace", "history", "flow"),
)

assets = Blueprint("assets", __name__)


class Text(msgspec.Struct, frozen=True):
    """A file worth compressing, as it is and compressed."""

    mimetype: str
    plain: bytes
    zipped: bytes


def init_assets(app: Flask) -> None:
    app.register_blueprint(assets)
    app.jinja_env.globals["asset"] = asset_path


def asset_path(name: str) -> str:
    """The address of a file in app/static, or of the style sheets as ``css/site.css``."""
    return f"/assets/{asset_version()}/{name}"


@assets.get("/assets/<version>/<path:name>")
def asset(version: str, name: str) -> Response:
    text = asset_texts().get(name)
    response = send_text(text) if text else send_from_directory(FOLDER, name)
    if version == asset_version() and keeps_files():
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def send_text(text: Text) -> Response:
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = Response(text.zipped if takes_gzip else text.plain, mimetype=text.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.add_etag()
    response.make_conditional(request)
    return response


def keeps_files() -> bool:
    """In development an edit shows at the next reload."""
    return cast(Config, current_app.config["SITE"]).ENVIRONMENT != "development"


def asset_version() -> str:
    return fingerprint() if keeps_files() else "now"


def asset_texts() -> dict[str, Text]:
    return kept_texts() if keeps_files() else read_texts()


@cache
def fingerprint() -> str:
    """A hash over every file's name and content: the same on each machine that serves the site."""
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.relative_to(FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def kept_texts() -> dict[str, Text]:
    return read_texts()


def read_texts() -> dict[str, Text]:
    """The style sheets, joined in the order of their layers, and every script."""
    sheets = b"\n".join((FOLDER / f"css/{name}.css").read_bytes() for name in SHEETS)
    scripts = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*.js")}
    return {
        BUNDLE: compress("text/css", sheets),
        **{name: compress("text/javascript", path.read_bytes()) for name, path in scripts.items()},
    }


def compress(mimetype: str, plain: bytes) -> Text:
    return Text(mimetype, plain, gzip.compress(plain, 9, mtime=0))
