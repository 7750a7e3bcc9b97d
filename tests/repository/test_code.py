"""Rules about the code itself."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("app", "local", "benchmarks", "migrations", "tests")
FILES = [*ROOT.glob("*.py"), *(file for part in OURS for file in (ROOT / part).rglob("*.py"))]
LONGEST = 250
LONGEST_TEST = 350
EMPTY_WORDS = {"utils", "util", "helpers", "common", "misc", "manager", "managers"}


def test_every_file_can_be_read_in_one_sitting() -> None:
    def is_too_long(file: Path) -> bool:
        longest = LONGEST_TEST if file.is_relative_to(ROOT / "tests") else LONGEST
        return len(file.read_text().splitlines()) > longest

    assert [str(file) for file in FILES if is_too_long(file)] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not {file.stem for file in FILES} & EMPTY_WORDS


def test_every_test_is_named_as_a_sentence() -> None:
    names = [
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    ]
    assert [name for name in names if name.count("_") < 3] == []


def test_every_requirement_has_its_reason_in_one_line() -> None:
    for file in ROOT.glob("requirements*.in"):
        for line in file.read_text().splitlines():
            if line and not line.startswith(("#", "-c")) and file.stem == "requirements":
                assert re.search(r"#\s*\w+", line), line


def test_every_requirement_is_locked_with_hashes() -> None:
    for file in ROOT.glob("requirements*.txt"):
        pins = re.findall(r"^([a-z0-9][\w.\-\[\]]*)==\S+ \\$", file.read_text(), re.MULTILINE)
        lines = re.findall(r"^[a-z0-9]\S*", file.read_text(), re.MULTILINE)
        assert len(pins) == len(lines), file.name
