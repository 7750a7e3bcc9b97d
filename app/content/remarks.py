"""What the check of the content points out without refusing it: whether it is wrong, only a person
can say."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from flask import current_app

from app.applications.questions.questionnaire import current_questionnaire
from app.content.security_txt import expiry_of
from app.content.texts.faults import Fault, line_with
from app.engagements.price_words import amounts_not_in
from app.engagements.rate_card import current_rate_card
from app.firm.calendar import current_calendar
from app.firm.offers import current_offers
from app.platform.data_files import read_text
from app.platform.database import utc_now
from app.platform.languages.catalogs import read_catalog
from app.platform.languages.choice import SOURCE, languages_of
from app.scoring.rubric import current_rubric

# Articles and the comparer name other people's prices.
COMPARER: Final = "comparer.toml"
WITH_PRICES: Final = ("brand", "offers", "questions", "rate_card", "rubric")
SOON: Final = timedelta(days=60)


def remarks_on(folder: Path, texts: Sequence[str]) -> Iterator[Fault]:
    """``texts`` are those that the firm's catalogs should translate."""
    offered = languages_of(current_app)
    catalogs = [folder / f"translations/{code}.po" for code in offered if code != SOURCE]
    found = [path for path in catalogs if path.exists()]
    yield from _unknown_amounts(folder, found)
    yield from _other_names(folder)
    yield from _last_holiday(folder / "calendar.toml", utc_now())
    yield from _expiry(folder / "security.txt", utc_now())
    for path in found:
        yield from _untranslated(path, texts)
    if SOURCE in offered:
        for path in set(catalogs) - set(found):
            yield Fault(path, 1, "There is no such catalog yet; `make texts` writes it.")


def _unknown_amounts(folder: Path, catalogs: Iterable[Path]) -> Iterator[Fault]:
    data = [folder / f"{name}.toml" for name in WITH_PRICES]
    for path in (*data, *sorted(folder.glob("pages/*.md")), *catalogs):
        for number, line in _lines_shown(path):
            for amount in amounts_not_in(current_rate_card(), line):
                sentence = f"{amount} is no price, floor or budget in rate_card.toml."
                yield Fault(path, number, sentence)


def _other_names(folder: Path) -> Iterator[Fault]:
    """Kinds that the form or the rate card calls something else than the offers do."""
    options = current_questionnaire().question(current_rubric().preference).options
    in_form = {option.value: option.label for option in options}
    on_card = {kind.kind: kind.label for kind in current_rate_card().kinds}
    for offer in current_offers().offers:
        for file, names in (("questions.toml", in_form), ("rate_card.toml", on_card)):
            if offer.name not in (said := names[offer.kind]):
                sentence = f"“{said}” is called “{offer.name}” in offers.toml ({offer.kind})."
                yield Fault(folder / file, line_with(folder / file, f'"{said}"'), sentence)


def _last_holiday(path: Path, now: datetime) -> Iterator[Fault]:
    holidays = current_calendar().holidays
    if holidays and max(holidays) < (now + SOON).date():
        sentence = (
            f"The last holiday is {max(holidays)}. On later ones the site would promise an answer."
        )
        yield Fault(path, line_with(path, "holidays"), sentence)


def _expiry(path: Path, now: datetime) -> Iterator[Fault]:
    expiry = expiry_of(current_app.extensions["security_txt"])
    if expiry and expiry < now + SOON:
        yield Fault(path, line_with(path, "Expires"), f"It expires on {expiry.date()}.")


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
        sentence = f"“{text}” has no translation yet{_nor_have(len(missing) - 1)}."
        yield Fault(path, (one and one.lineno) or 1, sentence)


def _nor_have(others: int) -> str:
    if not others:
        return ""
    return ", nor has one other text" if others == 1 else f", nor have {others} other texts"
