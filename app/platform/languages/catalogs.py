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

from app.platform.data_files import DataFileError, read_text
from app.platform.languages.choice import LANGUAGES, SOURCE, init_choice, present_language

FOLDER: Final = Path(__file__).parents[2] / "translations"
# read_po accepts more: it drops a line that it doesn't know, and the letter where a quotation mark
# should be.
_LINE: Final = re.compile(
    r'(#~\s*)?((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)?\s*"([^"\\]|\\.)*")?|#(?!~[^|]).*'
)


class Catalogs(Domain):
    """Flask-Babel's texts without its compiled files: an edit needs no build, and a process that is
    never asked for a language never reads it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._read: dict[str, NullTranslations] = {SOURCE: NullTranslations()}

    def get_translations(self) -> NullTranslations:
        language = present_language()
        if language not in self._read:
            self._read[language] = read_texts(self._folder, language)
        return self._read[language]


class SiteTexts(Babel):
    """Flask-Babel over the site's own catalogs."""

    @cached_property
    def domain_instance(self) -> Catalogs:
        return Catalogs(FOLDER)


def init_languages(
    app: Flask, firm_folder: Path, languages: Sequence[str] = tuple(LANGUAGES)
) -> None:
    """Show the site's and the firm's texts in the language of each request, one of ``languages``.
    Raises DataFileError if a catalog of the firm's is broken."""
    for language in languages:
        path = firm_folder / "translations" / f"{language}.po"
        if path.exists():
            check_catalog(path, language)
    app.config["WTF_I18N_ENABLED"] = False  # every sentence of a form is our own
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    babel = SiteTexts()
    babel.init_app(app, default_locale=SOURCE, locale_selector=present_language)
    # Separate, since the same English may have two senses, such as a heading's and a question's.
    app.extensions["firm_texts"] = Catalogs(firm_folder / "translations")
    init_choice(app, languages)


def read_texts(folder: Path, language: str) -> NullTranslations:
    """The texts of the folder's catalog in that language; none if there is no catalog."""
    path = folder / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalog(path, language))
    compiled.seek(0)
    return Translations(compiled)


def read_catalog(path: Path, language: str) -> Catalog:
    """The catalog with the entries that it marks as obsolete (#~): what was offered or asked in
    those words is still shown in them."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    for gone in catalog.obsolete.values():
        if catalog.get(gone.id, gone.context) is None:
            catalog[gone.id] = gone
    catalog.obsolete.clear()
    return catalog


def check_catalog(path: Path, language: str) -> None:
    """Raises DataFileError, with the line, for a slip by which a text would be lost or cut."""
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line.strip()):
            problem = f'{line!r} is no line of a catalog, such as msgstr "…" (at line {number}).'
            raise DataFileError(path, problem)
    try:
        read_po(lines, locale=language, abort_invalid=True)
    except PoFileError as error:
        raise DataFileError(path, f"{error} (at line {error.lineno + 1}).") from error
