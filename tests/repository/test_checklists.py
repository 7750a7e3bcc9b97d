"""docs/security.md and docs/accessibility.md: each requirement is answered once, and the files and
tests that an answer names exist."""

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has. Those of level 3 come
# after them, so that these are numbered from 1.
SECTIONS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
OWASPS = {
    f"{chapter}.{section}.{number}"
    for chapter, counts in SECTIONS.items()
    for section, count in enumerate(counts, start=1)
    for number in range(1, count + 1)
}
# The criteria of WCAG 2.2, levels A and AA. Those of level AAA come in between.
CRITERIA = {
    "1.1": (1,),
    "1.2": (1, 2, 3, 4, 5),
    "1.3": (1, 2, 3, 4, 5),
    "1.4": (1, 2, 3, 4, 5, 10, 11, 12, 13),
    "2.1": (1, 2, 4),
    "2.2": (1, 2),
    "2.3": (1,),
    "2.4": (1, 2, 3, 4, 5, 6, 7, 11),
    "2.5": (1, 2, 3, 4, 7, 8),
    "3.1": (1, 2),
    "3.2": (1, 2, 3, 4, 6),
    "3.3": (1, 2, 3, 4, 7, 8),
    "4.1": (2, 3),
}
WCAGS = {f"{guideline}.{number}" for guideline, found in CRITERIA.items() for number in found}
CHECKLISTS = [
    ("docs/security.md", OWASPS, {"met", "part", "no", "yours", "–"}),
    ("docs/accessibility.md", WCAGS, {"met", "part", "–"}),
]
ROW = re.compile(r"^\| (\d+\.[^|]*) \| (\S+) \|", re.MULTILINE)
NUMBERS = re.compile(r"(\d+\.\d+)\.(\d+)(?:–(\d+))?")
FILE = re.compile(
    r"`((?:app|content|docs|local|tests)/[^`:]*|[\w.]+\.(?:py|yaml|txt|conf))(?:::(\w+))?`"
)

EACH = pytest.mark.parametrize(("document", "required", "answers"), CHECKLISTS)


def answered(text: str) -> list[str]:
    found = []
    for numbers, _ in ROW.findall(text):
        for section, first, last in NUMBERS.findall(numbers):
            found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


@EACH
def test_every_requirement_of_the_level_is_answered_once(
    document: str, required: Collection[str], answers: Collection[str]
) -> None:
    text = (ROOT / document).read_text()
    times = Counter(answered(text))
    assert times.keys() == required
    assert [number for number, count in times.items() if count > 1] == []
    assert {answer for _, answer in ROW.findall(text)} == answers


@EACH
def test_every_file_and_every_test_named_in_an_answer_exists(
    document: str, required: Collection[str], answers: Collection[str]
) -> None:
    named = FILE.findall((ROOT / document).read_text())
    assert len(named) > len(required) / 2
    for path, test in named:
        assert (ROOT / path).exists(), path
        if test:
            assert f"\ndef {test}(" in (ROOT / path).read_text(), f"{path}::{test}"
