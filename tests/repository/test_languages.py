"""Each language is complete: every text of the site and of the firm, and nothing that is gone."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from app.languages.catalogs import read_catalog
from app.languages.choice import LANGUAGES, SOURCE
from app.rendering import SPELLINGS
from local.texts import present_catalogs, untranslated, written

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]|</?(\w+)")


@pytest.fixture(scope="module", params=list(present_catalogs()), ids=lambda one: str(one[0].name))
def present(request: pytest.FixtureRequest) -> tuple[Path, Catalog]:
    """A catalog's file, and what it should hold."""
    return request.param


def test_a_catalog_has_the_texts_of_today(present: tuple[Path, Catalog]) -> None:
    path, catalog = present
    assert path.read_bytes() == written(catalog), "make texts brings it up to date"


def test_every_text_is_translated(present: tuple[Path, Catalog]) -> None:
    assert untranslated(present[1]) == []


def test_a_translation_fills_in_and_marks_up_the_same(present: tuple[Path, Catalog]) -> None:
    path, _ = present
    for message in read_catalog(path, path.stem):
        if not message.id:
            continue
        wanted = {places(text) for text in forms(message.id)}
        assert {places(text) for text in forms(message.string)} <= wanted, message.id


def test_every_language_has_its_spelling_of_money_and_time() -> None:
    assert SPELLINGS.keys() == LANGUAGES.keys()
    assert SOURCE in LANGUAGES


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Singular and plural, where there are both."""
    return [text or ""] if isinstance(text, str | None) else text


def places(text: str) -> tuple[str, ...]:
    """What is filled in and the tags, in no order: another language may say them in another."""
    return tuple(sorted(match[0] for match in PLACEHOLDER.finditer(text)))
