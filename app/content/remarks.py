"""What the check of the content points out without refusing it: whether it is wrong, only a person
can say."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from app.content.texts.faults import Fault
from app.engagements.price_words import amounts_not_in
from app.engagements.rate_card import RateCard
from app.platform.data_files import read_text
from app.platform.languages.catalogs import read_catalog

# Articles and the comparer name other people's prices.
COMPARER: Final = "comparer.toml"
WITH_PRICES: Final = ("brand", "offers", "questions", "rate_card", "rubric")


def remarks_on(folder: Path, card: RateCard, texts: Sequence[str]) -> Iterator[Fault]:
    """Amounts that the rate card lacks, and those of the firm's ``texts`` that a catalog lacks."""
    catalogs = sorted(folder.glob("translations/*.po"))
    data = [folder / f"{name}.toml" for name in WITH_PRICES]
    for path in (*data, *sorted(folder.glob("pages/*.md")), *catalogs):
        for number, line in _lines_shown(path):
            for amount in amounts_not_in(card, line):
                sentence = f"{amount} is no price, floor or budget in rate_card.toml."
                yield Fault(path, number, sentence)
    for path in catalogs:
        yield from _untranslated(path, texts)


def _lines_shown(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that somebody may read, with their numbers."""
    lines = enumerate(read_text(path).splitlines(), 1)
    if path.suffix == ".po":
        yield from _translations_among(lines)
    else:
        is_data = path.suffix == ".toml"
        yield from (one for one in lines if not (is_data and one[1].startswith("#")))


def _translations_among(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Those of a catalog that hold a translation in use, except of the comparer's texts."""
    origin, is_translation = "", False
    for number, line in lines:
        if line.startswith("#:"):
            origin = line
        if line.startswith(("#", "msg")):
            is_translation = line.startswith("msgstr") and COMPARER not in origin
        if is_translation:
            yield number, line


def _untranslated(path: Path, texts: Sequence[str]) -> Iterator[Fault]:
    catalog = read_catalog(path, path.stem)
    said = {text: catalog.get(text) for text in texts}
    missing = [(text, one) for text, one in said.items() if not (one and one.string)]
    if missing:
        text, one = missing[0]
        others = f", nor have {len(missing) - 1} other texts" if len(missing) > 1 else ""
        sentence = f"“{text}” has no translation yet{others}."
        yield Fault(path, (one and one.lineno) or 1, sentence)
