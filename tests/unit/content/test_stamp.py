"""The stamp that decides when the content is read again."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.content.library import stamp_of
from tests.site import eventually

FILES, LOOKS = 50, 400
TRIES_TO_WRITE = """
import pathlib, sys
own = pathlib.Path(sys.argv[1])
while True:
    own.touch()
    own.unlink()
"""


@contextmanager
def editor_at_work(folder: Path) -> Iterator[None]:
    """Inside, a file comes and goes, as when an editor checks whether it may write there."""
    own = folder / "4913"
    with subprocess.Popen([sys.executable, "-I", "-c", TRIES_TO_WRITE, own]) as editor:
        try:
            eventually(own.exists, every=0)
            yield
        finally:
            editor.kill()
    own.unlink(missing_ok=True)


def test_a_file_that_disappears_during_the_scan_does_no_harm(tmp_path: Path) -> None:
    for number in range(FILES):
        (tmp_path / f"{number}.md").touch()
    before = stamp_of(tmp_path)
    with editor_at_work(tmp_path):
        for _ in range(LOOKS):
            stamp_of(tmp_path)
    assert stamp_of(tmp_path) == before


def test_the_stamp_changes_only_with_the_files_that_count(tmp_path: Path) -> None:
    text, drawing = tmp_path / "text.md", tmp_path / "drawing.svg"
    text.touch()
    before = stamp_of(tmp_path), stamp_of(tmp_path, lambda path: path != drawing)
    drawing.touch()
    after = stamp_of(tmp_path), stamp_of(tmp_path, lambda path: path != drawing)
    assert (after[0] == before[0], after[1] == before[1]) == (False, True)
