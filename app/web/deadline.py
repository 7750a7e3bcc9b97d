"""A promised deadline, in words for the person who waits for it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask_babel import gettext, ngettext

from app.firm.calendar import current_calendar, holidays_between
from app.platform.languages.choice import present_language
from app.web.rendering import FORMATS, datetime_utc, listed

NO_BREAK = "\N{NO-BREAK SPACE}"


def deadline(due_at: datetime) -> str:
    """ "Monday 30 November, 17:00 in New York (22:00 UTC)": by the firm's clock, at the end of its
    working day, and in UTC, with the weekday if it is another one there."""
    language, calendar = present_language(), current_calendar()
    there = due_at.astimezone(ZoneInfo(calendar.timezone))
    is_same_day = there.date() == due_at.astimezone(UTC).date()
    in_utc = "HH:mm 'UTC'" if is_same_day else "EEEE, HH:mm 'UTC'"
    utc = format_datetime(due_at, in_utc, UTC, locale=language)
    return gettext(
        "%(weekday)s %(day)s, %(hour)s in %(city)s (%(utc)s)",
        weekday=format_date(there, "EEEE", locale=language),
        day=_day(there),
        hour=format_datetime(there, "HH:mm", there.tzinfo, locale=language),
        city=calendar.city_in(language),
        utc=utc.replace(" ", NO_BREAK),
    )


def missed(due_at: datetime) -> str:
    """A deadline that has passed: "1 Dec 2026, 02:35 UTC", in which a line breaks only after the
    comma."""
    day, comma, time = datetime_utc(due_at).partition(", ")
    return day.replace(" ", NO_BREAK) + comma + time.replace(" ", NO_BREAK)


def explained(sentence: str, since: datetime, due_at: datetime) -> str:
    """The sentence that names the deadline, with the holidays since ``since`` that explain why it
    is so far off."""
    return f"{sentence} {holidays_before(since, due_at)}".rstrip()


def holidays_before(since: datetime, due_at: datetime) -> str:
    """A sentence that names the holidays between ``since`` and the deadline, or "" if there are
    none."""
    days = [_day(day) for day in holidays_between(since, due_at, current_calendar())]
    if not days:
        return ""
    return ngettext(
        "%(days)s is a holiday here.",
        "%(days)s are holidays here.",
        len(days),
        days=listed(days),
    )


def _day(day: date) -> str:
    """ "30 November", without line breaks; for a datetime, its day in its own time zone."""
    language = present_language()
    written = format_date(day, FORMATS[language].day_of_year, locale=language)
    return written.replace(" ", NO_BREAK)
