"""Pages in another language: files beside their originals."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.content.texts.faults import ContentError
from app.content.texts.pages import Pages, load_pages

KNOWN = {"brand.name": "Smith"}
ORIGINAL = """---
title: About {{ brand.name }}
label: About
summary: A page.
position: 1
---
## Who we are
"""
GERMAN = """---
title: Über {{ brand.name }}
label: Über uns
summary: Eine Seite.
---
## Wer wir sind

{{ brand.name }}
"""

Load = Callable[..., Pages]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a folder with one page and the given files, named without ``.md``."""

    def load(**files: str) -> Pages:
        for name, text in {"about": ORIGINAL, **files}.items():
            (tmp_path / f"{name}.md").write_text(text)
        return load_pages(tmp_path, KNOWN)

    return load


def faults_of(load: Load, **files: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(**files)
    return [f"{fault.path.name}:{fault.line}: {fault.sentence}" for fault in caught.value.faults]


def test_a_page_is_shown_in_every_language_that_has_a_file_for_it(load: Load) -> None:
    pages = load(**{"about.de": GERMAN})
    german = pages.page("about", "de")
    assert (german.about.title, german.about.label) == ("Über Smith", "Über uns")
    assert "Wer wir sind" in german.html and "Smith" in german.html
    assert german.path == "/about"
    assert german.about.language == "de"
    assert pages.page("about", "en").about.label == "About"


def test_without_a_translation_the_original_is_shown(load: Load) -> None:
    pages = load(other=ORIGINAL.replace("position: 1", "position: 2"), **{"about.de": GERMAN})
    labels = [page.about.label for page in pages.in_language("de")]
    assert labels == ["Über uns", "About"]
    assert pages.page("other", "de").about.language == "en"
    assert pages.is_in_every_language("about") and not pages.is_in_every_language("other")


def test_a_translation_is_not_a_page_of_its_own(load: Load) -> None:
    pages = load(**{"about.de": GERMAN})
    assert [page.slug for page in pages.pages] == ["about"]
    with pytest.raises(KeyError):
        pages.page("about.de", "de")


def test_the_original_may_be_german_and_the_translation_english(load: Load) -> None:
    german = ORIGINAL.replace("position", "language: de\nposition")
    english = GERMAN.replace("Über uns", "About us")
    pages = load(about=german, **{"about.en": english})
    assert pages.page("about", "en").about.label == "About us"
    assert pages.page("about", "de").about.label == "About"
    assert pages.is_in_every_language("about")


def test_a_translation_without_its_original_is_a_fault(load: Load) -> None:
    [fault] = faults_of(load, **{"privacy.de": GERMAN})
    assert fault == "privacy.de.md:1: There is no privacy.md that this could be a translation of."


@pytest.mark.parametrize("language", ["xx", "en", "de.at", ""])
def test_a_translation_must_be_in_another_language_of_the_site(load: Load, language: str) -> None:
    [fault] = faults_of(load, **{f"about.{language}": GERMAN})
    assert fault == (
        f"about.{language}.md:1: '{language}' is not another language of this site: de."
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [("# Groß", "'Groß' is a heading like the title."), ("{{ brand.bank }}", "There is no {{")],
)
def test_a_translation_is_checked_like_its_original(load: Load, wrong: str, sentence: str) -> None:
    [fault] = faults_of(load, **{"about.de": f"{GERMAN}\n{wrong}"})
    assert fault.startswith(f"about.de.md:10: {sentence}")


def test_a_translation_cannot_repeat_what_only_the_original_may_say(load: Load) -> None:
    [fault] = faults_of(load, **{"about.de": GERMAN.replace("label", "position: 1\nlabel")})
    assert fault == "about.de.md:3: Object contains unknown field `position`."
