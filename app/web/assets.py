"""The site's own files, under addresses that change with their content, so that browsers keep them.

/assets/<version>/css/site.css combines the style sheets of every page, css/reading.css those for
long texts, tables and threads, css/staff.css the workspace's; anything else is a file in
app/static. The version covers the whole folder, since style sheets refer to fonts by relative
addresses.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from flask import Blueprint, Flask, Response, current_app, request, send_from_directory

from app.platform.settings import current_config
from app.web.compression import accepted_encoding, compress_file

FOLDER: Final = Path(__file__).parents[1] / "static"
CORE: Final = (
    "tokens",
    "base",
    "frame",
    "layout",
    "buttons",
    "components",
    "records",
    "fields",
    "forms",
    "choices",
    "attachments",
    "print",
)
BUNDLES: Final = {
    "css/site.css": CORE,
    "css/reading.css": ("tables", "prose", "entries", "figures", "content", "conversation", "labs"),
    "css/staff.css": ("staff", "workspace", "queue", "review", "history", "flow"),
}

# What is there only for people: comments on lines of their own, and indentation.
NOTES: Final = re.compile(rb"^\s*(?://.*|/\*(?s:.*?)\*/[ \t]*)$|^\s+", re.MULTILINE)

assets = Blueprint("assets", __name__)


class Text(msgspec.Struct, frozen=True):
    """A file worth compressing."""

    mimetype: str
    plain: bytes


def init_assets(app: Flask, own_sheet: str = "") -> None:
    """``own_sheet`` is added to the style sheets of every page."""
    app.extensions["own_sheet"] = own_sheet
    app.register_blueprint(assets)
    app.jinja_env.globals["asset"] = asset_path


def asset_path(name: str) -> str:
    """The address of a file in app/static, or of a bundle of style sheets."""
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
    encoding = accepted_encoding()
    body = compress_file(text.plain, encoding) if encoding else text.plain
    response = Response(body, mimetype=text.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.add_etag()
    response.make_conditional(request)
    return response


def keeps_files() -> bool:
    """Whether files are cached: in development, an edit shows at the next reload."""
    return current_config().ENVIRONMENT != "development"


def asset_version() -> str:
    return fingerprint(current_app.extensions["own_sheet"]) if keeps_files() else "now"


def asset_texts() -> dict[str, Text]:
    own_sheet = current_app.extensions["own_sheet"]
    return kept_texts(own_sheet) if keeps_files() else read_texts(own_sheet)


@cache
def fingerprint(own_sheet: str) -> str:
    """A hash over every file's name and content: the same on each machine that serves the site."""
    digest = hashlib.sha256(own_sheet.encode())
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.relative_to(FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def kept_texts(own_sheet: str) -> dict[str, Text]:
    return read_texts(own_sheet)


def read_texts(own_sheet: str = "") -> dict[str, Text]:
    """The style sheets, joined in the order of their layers, and every script."""
    sheets = {
        bundle: b"\n".join(without_notes(FOLDER / f"css/{name}.css") for name in names)
        for bundle, names in BUNDLES.items()
    }
    sheets["css/site.css"] += own_sheet.encode()
    scripts = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*.js")}
    return {
        **{name: Text("text/css", sheet) for name, sheet in sheets.items()},
        **{name: Text("text/javascript", without_notes(path)) for name, path in scripts.items()},
    }


def without_notes(path: Path) -> bytes:
    """The file as browsers need it; third-party files stay as they are, with their licences."""
    text = path.read_bytes()
    return text if "vendor" in path.parts else NOTES.sub(b"", text)
