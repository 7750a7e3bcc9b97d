"""The site's texts in another language, read from the catalogs (*.po) that people edit."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain
from werkzeug.utils import cached_property

from app.data_files import DataFileError, read_text
from app.languages.choice import LANGUAGES, SOURCE, init_choice, present_language

FOLDER: Final = Path(__file__).parent.parent / "translations"
# What read_po takes is more: it leaves out what it doesn't know, and the letter where a quotation
# mark should be.
_LINE: Final = re.compile(
    r'(#~\s*)?((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)?\s*"([^"\\]|\\.)*")?|#(?!~[^|]).*'
)


class Catalogs(Domain):
    """Flask-Babel's texts without its compiled files: an edit needs no build, and a process that
    is never asked for a language never reads it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self._folders = folders
        self._read: dict[str, NullTranslations] = {SOURCE: NullTranslations()}

    def get_translations(self) -> NullTranslations:
        language = present_language()
        if language not in self._read:
            self._read[language] = read_catalogs(self._folders, language)
        return self._read[language]


class TextsOf(Babel):
    """Flask-Babel over the catalogs in some folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self._folders = folders

    @cached_property
    def domain_instance(self) -> Catalogs:
        return Catalogs(self._folders)


def init_languages(app: Flask, firm_folder: Path) -> None:
    """Have the site's and the firm's texts in the language of each request. Raises DataFileError
    for a catalog of the firm's that is none."""
    for language in LANGUAGES:
        path = firm_folder / "translations" / f"{language}.po"
        if path.exists():
            check_catalog(path, language)
    app.config["WTF_I18N_ENABLED"] = False  # every sentence of a form is our own
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    babel = TextsOf([FOLDER, firm_folder / "translations"])
    babel.init_app(app, default_locale=SOURCE, locale_selector=present_language)
    init_choice(app)


def read_catalogs(folders: Sequence[Path], language: str) -> Translations:
    """The texts of all the folders' catalogs in that language; where two have the same text, the
    later one's. A folder may have none."""
    merged = Translations()
    for folder in folders:
        path = folder / f"{language}.po"
        if path.exists():
            compiled = io.BytesIO()
            write_mo(compiled, read_catalog(path, language))
            compiled.seek(0)
            texts = Translations(compiled)
            merged.merge(texts)
            merged.plural = texts.plural
    return merged


def read_catalog(path: Path, language: str) -> Catalog:
    """The catalog as it is written down, with what it marks as gone (#~): what was offered or asked
    in those words is still read in them."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    for gone in catalog.obsolete.values():
        if catalog.get(gone.id, gone.context) is None:
            catalog[gone.id] = gone
    catalog.obsolete.clear()
    return catalog


def check_catalog(path: Path, language: str) -> None:
    """Raises DataFileError with the line of a slip, by which a text would be lost or cut."""
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line.strip()):
            problem = f'{line!r} is no line of a catalog, such as msgstr "…" (at line {number}).'
            raise DataFileError(path, problem)
    try:
        read_po(lines, locale=language, abort_invalid=True)
    except PoFileError as error:
        raise DataFileError(path, f"{error} (at line {error.lineno + 1}).") from error
