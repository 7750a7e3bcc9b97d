"""`make texts`: bring the catalogs (*.po) up to date with the texts in the code and in content/.

New texts are left empty for a translator. Texts gone from the code are dropped; those gone from
content/ are marked with #~ and still read, since engagements and applications keep them.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po
from msgspec import Struct

from app.applications.questions.file import load_questionnaire
from app.comparer.arguments import load_arguments
from app.engagements.rate_card_file import load_rate_card
from app.firm.brand import load_brand
from app.firm.offers import load_offers
from app.platform.data_files import DataFileError
from app.platform.languages import catalogs
from app.platform.languages.catalogs import check_catalog, read_catalog
from app.platform.languages.choice import LANGUAGES, SOURCE
from app.platform.languages.prose import prose_of
from app.scoring.rubric_file import load_rubric
from app.web.kept_parts import KeptParts
from config import ROOT
from local.settings import content_folder

TEMPLATES = ("**.html", "**.txt", "**.svg")
METHODS = [("**.py", "python"), *((pattern, "jinja2") for pattern in TEMPLATES)]
AS_RENDERED = {
    "extensions": f"{KeptParts.__module__}.{KeptParts.__name__}",
    "trimmed": "true",
    "silent": "false",  # a template that can't be read would have no texts
}
OPTIONS = dict.fromkeys(TEMPLATES, AS_RENDERED)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "lazy_pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
CONTENT = ROOT / "content"
OF_SITE = catalogs.FOLDER
OF_FIRM = CONTENT / "translations"


def main() -> int:
    try:
        found = list(present_catalogs(content_folder(os.environ)))
    except DataFileError as fault:
        print(fault.message, file=sys.stderr)
        return 1
    for path, catalog in found:
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_bytes() != written(catalog):
            path.write_bytes(written(catalog))
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{shown}: {len(catalog)} texts, {len(untranslated(catalog))} to do")
    return 0


def present_catalogs(content: Path = CONTENT) -> Iterator[tuple[Path, Catalog]]:
    """Each catalog file, and the catalog that it should contain for today's texts."""
    for path, catalog in updated_catalogs(OF_SITE, texts_of_site()):
        catalog.obsolete.clear()
        yield path, catalog
    yield from catalogs_of_firm(content)


def catalogs_of_firm(content: Path) -> Iterator[tuple[Path, Catalog]]:
    """The same for the firm's catalogs alone."""
    texts, languages = texts_of_firm(content), load_brand(content / "brand.toml").languages
    for path, catalog in updated_catalogs(content / "translations", texts, languages):
        for key in [key for key, gone in catalog.obsolete.items() if not gone.string]:
            del catalog.obsolete[key]
        yield path, catalog


def updated_catalogs(
    folder: Path, texts: Catalog, languages: Iterable[str] = LANGUAGES
) -> Iterator[tuple[Path, Catalog]]:
    """Raises DataFileError for a slip in a catalog: rewriting it would drop what was typed."""
    for language in {*languages} - {SOURCE}:
        path = folder / f"{language}.po"
        if path.exists():
            check_catalog(path, language)
            catalog = read_catalog(path, language)
        else:
            catalog = Catalog(locale=language)
        catalog.update(texts, no_fuzzy_matching=True)
        yield path, catalog


def untranslated(catalog: Catalog) -> list[str]:
    """The texts without a translation, or with one that a program guessed."""
    return [
        str(message.id)
        for message in catalog
        if message.id
        and (
            message.fuzzy
            or not all(message.string if isinstance(message.string, tuple) else [message.string])
        )
    ]


def texts_of_site() -> Catalog:
    """The sentences in the code and the templates."""
    texts = Catalog()
    found = extract_from_dir(
        str(ROOT / "app"), METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",)
    )
    for file, _, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        texts.add(text, locations=[(f"app/{file}", 0)], auto_comments=comments, context=context)
    return texts


def texts_of_firm(content: Path) -> Catalog:
    """The prose of the firm's data."""
    texts = Catalog()
    questionnaire = load_questionnaire(content / "questions.toml")
    brand = load_brand(content / "brand.toml")
    data: dict[str, Struct] = {
        "brand.toml": brand,
        **({"comparer.toml": load_arguments(content / "comparer.toml")} if brand.labs else {}),
        "offers.toml": load_offers(content / "offers.toml"),
        "questions.toml": questionnaire,
        "rate_card.toml": load_rate_card(content / "rate_card.toml", questionnaire),
        "rubric.toml": load_rubric(content / "rubric.toml", questionnaire),
    }
    for file, one in data.items():
        for text in prose_of(one):
            texts.add(text, locations=[(f"content/{file}", 0)])
    return texts


def written(catalog: Catalog) -> bytes:
    """The catalog as its file, without what changes by itself: its time, line numbers."""
    file = io.BytesIO()
    write_po(file, catalog, omit_header=True, include_lineno=False, width=100, sort_by_file=True)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
