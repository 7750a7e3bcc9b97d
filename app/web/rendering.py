"""What every template can rely on: the brand, money and time as the present language writes them,
and how much of a long list is folded away."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from flask import Flask, session
from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.firm.brand import current_brand
from app.platform.languages.choice import present_language
from app.web.assets import init_assets, keeps_files
from app.web.clock import name_of_zone, present_zone
from app.web.kept_parts import init_kept_parts

IN_BACKTICKS = re.compile("``(.+?)``")
CODE = Markup("<code>{}</code>")
MINUS = "\N{MINUS SIGN}"
RIGHT_TO_LEFT = {"R", "AL", "AN"}
# These turn the text after them around, to their end or past it: embeddings, overrides, isolates.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
FLASHED: Final = "_flashes"  # where Flask keeps the messages for the next page


class Badge(NamedTuple):
    """What a badge says about a state, and in which tone."""

    label: str
    tone: str


class Format(NamedTuple):
    """How a language writes money, a day, a moment, and a day of this year, as Unicode patterns for
    numbers and dates, and the locale that joins words as it does."""

    money: str
    day: str
    moment: str
    day_of_year: str
    lists: str


FORMATS: Final = {
    "en": Format("¤#,##0", "d MMMM y", "d MMM y, HH:mm", "d MMMM", "en_GB"),
    "de": Format("#,##0\N{NO-BREAK SPACE}¤", "d. MMMM y", "d. MMM y, HH:mm", "d. MMMM", "de"),
}


def init_rendering(app: Flask) -> None:
    colours = app.extensions["brand"].colours
    init_assets(app, colours.sheet if colours else "")
    init_kept_parts(app)
    app.add_template_filter(money)
    app.add_template_filter(price)
    app.add_template_filter(number)
    app.add_template_filter(with_code)
    app.add_template_filter(file_size)
    app.add_template_filter(plain_date, "date")
    app.add_template_filter(clock_time)
    app.add_template_filter(datetime_utc)
    app.add_template_filter(duration)
    app.add_template_filter(isolated)
    app.add_template_filter(as_word)
    app.add_template_filter(as_beginning)
    app.add_template_filter(listed)
    app.add_template_filter(count_folded)
    app.context_processor(lambda: {"brand": current_brand()})


def is_keepable() -> bool:
    """Whether a page rendered now may be kept and given to others: it has no message for this
    visitor alone, and no template is being worked on."""
    return not session.get(FLASHED) and keeps_files()


def money(cents: int, currency: str) -> str:
    """An amount in a currency, a lower-case ISO 4217 code, with cents only if there are any:
    "$10,000", "€10,000.50", "−$480"; in German "10.000 €"."""
    language, code = present_language(), currency.upper()
    pattern = FORMATS[language].money
    if cents % 100:
        pattern = pattern.replace("#,##0", "#,##0.00")
    if get_currency_symbol(code, language)[-1].isalpha():
        # Unicode requires a space between letters and digits, which Babel leaves out.
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    amount = format_currency(
        Decimal(abs(cents)) / 100, code, pattern, locale=language, currency_digits=False
    )
    return f"{MINUS}{amount}" if cents < 0 else amount


def price(cents: int, currency: str, *, is_monthly: bool) -> str:
    """A price that is paid once, or each month: "$10,000", "$10,000 a month"."""
    amount = money(cents, currency)
    return gettext("%(amount)s a month", amount=amount) if is_monthly else amount


def with_code(text: str) -> Markup:
    """A docstring's text as a page has it: everything in double backticks set as code, and outside
    of it curly apostrophes."""
    parts = IN_BACKTICKS.split(text)
    return Markup().join(
        CODE.format(part) if n % 2 else part.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        for n, part in enumerate(parts)
    )


def number(value: float, places: int = 0) -> str:
    """A number with thousands separators and so many decimal places: "20,000" and "1,234.50", in
    German "20.000" and "1.234,50"."""
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return format_decimal(value, pattern, locale=present_language())


def file_size(size_bytes: int) -> str:
    """A size in one unit, from a thousand on in the next: "812 bytes", "3.4 kB", "10.0 MB"; in
    German "3,4 kB"."""
    if size_bytes < 1000:
        return ngettext("%(num)d byte", "%(num)d bytes", size_bytes)
    unit, name = (1000, "kB") if size_bytes < 1_000_000 else (1_000_000, "MB")
    return f"{number(size_bytes / unit, places=1)}\N{NO-BREAK SPACE}{name}"


def plain_date(day: date) -> str:
    """ "24 November 2026", in German "24. November 2026"; for a datetime, its day in UTC."""
    if isinstance(day, datetime):
        day = day.astimezone(UTC)
    language = present_language()
    return format_date(day, FORMATS[language].day, locale=language)


def clock_time(moment: datetime, *, seconds: bool = False) -> str:
    """A time by the page's clock: "24 Nov 2026, 15:38 UTC", at the desk of a firm in New York
    "24 Nov 2026, 10:38 EST", or with its seconds "10:38:09 EST"."""
    return _written(moment.astimezone(present_zone()), seconds=seconds)


def datetime_utc(moment: datetime, *, seconds: bool = False) -> str:
    """ "24 Nov 2026, 15:38 UTC", or with its seconds "15:38:09 UTC", as a log has it."""
    return _written(moment.astimezone(UTC), seconds=seconds)


def _written(moment: datetime, *, seconds: bool = False) -> str:
    language = present_language()
    pattern = FORMATS[language].moment
    if seconds:
        pattern = pattern.replace("HH:mm", "HH:mm:ss")
    written = format_datetime(moment, pattern, moment.tzinfo, locale=language)
    return f"{written} {name_of_zone(moment)}"


def duration(seconds: float) -> str:
    """A time in one unit: "0.4 seconds" and "12 seconds", "40 minutes", "5 hours" up to two days,
    then "3 days"."""
    if seconds < 10:
        return gettext("%(num)s seconds", num=number(seconds, places=1))
    if seconds < 60:
        return gettext("%(num)s seconds", num=int(seconds))
    if seconds < 3600:
        return ngettext("%(num)d minute", "%(num)d minutes", int(seconds // 60))
    if seconds < 48 * 3600:
        return ngettext("%(num)d hour", "%(num)d hours", int(seconds // 3600))
    return ngettext("%(num)d day", "%(num)d days", int(seconds // (24 * 3600)))


def as_beginning(words: str) -> str:
    """The words with a capital letter, to begin a sentence."""
    return words[0].upper() + words[1:]


def listed(words: Sequence[str]) -> str:
    """ "person", "person and text", "person, company and text"."""
    return format_list(words, locale=FORMATS[present_language()].lists)


def count_folded(items: Sequence[object], latest: int) -> int:
    """How many of the items, oldest first, are folded away above the ``latest``. It is never one,
    which would take no more room than the line that opens it."""
    earlier = len(items) - latest
    return earlier if earlier > 1 else 0


def as_word(name: str) -> str:
    """What a program calls something, to be read: "product_not_received", with spaces."""
    return name.replace("_", " ")


def isolated(name: str) -> str:
    """Typed text whose direction can't turn the text around it, for places where no <bdi> can do
    that: a subject, a title, a sentence in a mail."""
    name = name.translate(TURNS)
    if not any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in name):
        return name
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
