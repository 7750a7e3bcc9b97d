"""Each language is complete: every text of the site and of the firm, and none that is gone."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from app.platform.languages.catalogs import read_catalog
from app.platform.languages.choice import LANGUAGES, SOURCE
from app.web.rendering import FORMATS
from local.texts import OF_FIRM, OF_SITE, present_catalogs, untranslated, written

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]|</?(\w+)")


def test_every_catalog_holds_the_current_texts_and_a_translation_of_each() -> None:
    for path, catalog in present_catalogs():
        assert path.read_bytes() == written(catalog), f"make texts brings {path} up to date"
        assert untranslated(catalog) == [], path


@pytest.mark.parametrize("folder", [OF_SITE, OF_FIRM], ids=lambda folder: folder.parent.name)
def test_a_translation_uses_the_same_placeholders_and_tags_as_its_original(folder: Path) -> None:
    for message in every_translation(folder):
        if not message.id:
            continue
        wanted = {places(text) for text in forms(message.id)}
        assert {places(text) for text in forms(message.string)} <= wanted, message.id


def test_every_language_has_its_formats_for_money_and_time() -> None:
    assert FORMATS.keys() == LANGUAGES.keys()
    assert SOURCE in LANGUAGES


def test_german_labs_say_event_and_log_and_no_second_word_for_either() -> None:
    labs = [
        message
        for message in read_catalog(OF_SITE / "de.po", "de")
        if any(path.startswith("app/labs/") for path, _ in message.locations)
    ]
    assert len(labs) > 100
    words = [text for message in labs for text in forms(message.string)]
    assert [text for text in words if "Ereignis" in text or "Protokoll" in text] == []


def every_translation(folder: Path) -> Iterator[Message]:
    paths = sorted(folder.glob("*.po"))
    assert paths
    for path in paths:
        yield from read_catalog(path, path.stem)


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """The singular and, where there is one, the plural."""
    return [text or ""] if isinstance(text, str | None) else text


def places(text: str) -> tuple[str, ...]:
    """The placeholders and tags, sorted: another language may use them in another order."""
    return tuple(sorted(match[0] for match in PLACEHOLDER.finditer(text)))
