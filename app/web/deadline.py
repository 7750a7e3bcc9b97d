"""By when something is promised, in words for somebody who waits for it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from flask_babel import gettext, ngettext

from app.firm.calendar import current_calendar, holidays_between
from app.languages.choice import present_language
from app.web.rendering import FORMATS

NO_BREAK = "\N{NO-BREAK SPACE}"


def deadline(due_at: datetime) -> str:
    """ "Monday 30 November, 17:00 in New York (22:00 UTC)": by the firm's clock, whose working day
    ends then, and by one that everybody has."""
    language, calendar = present_language(), current_calendar()
    there = due_at.astimezone(ZoneInfo(calendar.timezone))
    utc = format_datetime(due_at, "HH:mm 'UTC'", UTC, locale=language)
    return gettext(
        "%(weekday)s %(day)s, %(hour)s in %(city)s (%(utc)s)",
        weekday=format_date(there, "EEEE", locale=language),
        day=_day(there),
        hour=format_datetime(there, "HH:mm", there.tzinfo, locale=language),
        city=calendar.city_in(language),
        utc=utc.replace(" ", NO_BREAK),
    )


def explained(sentence: str, since: datetime, due_at: datetime) -> str:
    """The sentence that names the deadline of what was said at ``since``, and why it is as far off
    as it is."""
    return f"{sentence} {holidays_before(since, due_at)}".rstrip()


def holidays_before(since: datetime, due_at: datetime) -> str:
    """Why the deadline of what was said at ``since`` is as far off as it is: a sentence, or ""
    where no holiday lies between."""
    days = [_day(day) for day in holidays_between(since, due_at, current_calendar())]
    if not days:
        return ""
    return ngettext(
        "%(days)s is a holiday here.",
        "%(days)s are holidays here.",
        len(days),
        days=format_list(days, locale=present_language()),
    )


def _day(day: date) -> str:
    """ "30 November", of a time its day where the time is, on one line."""
    language = present_language()
    written = format_date(day, FORMATS[language].day_of_year, locale=language)
    return written.replace(" ", NO_BREAK)
