"""Staff see a letter's name where the outbox has its template."""

import re
from pathlib import Path

from app.notifications import letters
from app.notifications.letters.names import NAMES, letter_name

WRITTEN = re.compile(r'template="([a-z_]+)"')


def test_every_letter_has_a_distinct_name() -> None:
    sources = Path(letters.__path__[0]).glob("*.py")
    templates = {found for source in sources for found in WRITTEN.findall(source.read_text())}
    assert templates == set(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_letter_from_another_release_is_shown_under_its_templates_name() -> None:
    assert letter_name("sent_by_pigeon") == "sent_by_pigeon"
