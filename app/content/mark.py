"""The firm's own mark (content/mark.png), in place of the site's: in a browser's tab, and on the
pictures for shared links."""

from pathlib import Path
from typing import Final, cast

from flask import current_app
from PIL import Image

from app.platform.data_files import DataFileError

LEAST: Final = 64


def current_mark() -> bytes | None:
    """The PNG of the running app; None if the firm has none of its own."""
    return cast("bytes | None", current_app.extensions["mark"])


def load_mark(folder: Path) -> bytes | None:
    """Read and check it. Raises DataFileError."""
    path = folder / "mark.png"
    if not path.exists():
        return None
    try:
        with Image.open(path, formats=["PNG"]) as mark:
            mark.load()
            fits = mark.width == mark.height >= LEAST
    except (OSError, SyntaxError):
        fits = False
    if not fits:
        raise DataFileError(path, f"The mark must be a square PNG, {LEAST} pixels wide or more.")
    return path.read_bytes()
