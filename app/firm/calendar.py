"""When the firm works, as data (content/calendar.toml), and the deadlines that follow from it."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from flask import current_app
from msgspec import Struct

from app.platform.data_files import DataFileError, read_data

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """``timezone`` is an IANA name; the times are local to it. A working day ends at ``day_ends``.
    At ``day_begins`` staff are told what waits; if it is None, they never are."""

    timezone: str
    working_days: tuple[Weekday, ...]
    day_ends: time
    holidays: tuple[date, ...]
    day_begins: time | None = None

    def city_in(self, language: str) -> str:
        """The city that the time zone is named after, in that language."""
        own = Locale(language).time_zones.get(self.timezone, {}).get("city")
        return own or self.timezone.rpartition("/")[2].replace("_", " ")

    def is_working_day(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.working_days and day not in self.holidays


def next_deadline(at: datetime, calendar: Calendar) -> datetime:
    """The end of the first working day after the firm's local date at ``at``, in UTC.

    What comes in on a working day, at any hour, is due at the end of the next one.
    """
    return _on_next_working_day(at, calendar.day_ends, calendar)


def next_beginning(at: datetime, calendar: Calendar) -> datetime | None:
    """When the first working day after the firm's local date at ``at`` begins, in UTC; None if the
    calendar has no ``day_begins``."""
    if calendar.day_begins is None:
        return None
    return _on_next_working_day(at, calendar.day_begins, calendar)


def holidays_between(at: datetime, due: datetime, calendar: Calendar) -> list[date]:
    """The holidays, between the firm's local dates at both times, that would be working days."""
    first, last = firm_date(at, calendar), firm_date(due, calendar)
    return [
        day
        for day in sorted(calendar.holidays)
        if first < day < last and WEEKDAYS[day.weekday()] in calendar.working_days
    ]


def firm_date(at: datetime, calendar: Calendar) -> date:
    """The firm's local date at that time."""
    return at.astimezone(ZoneInfo(calendar.timezone)).date()


def week_began(at: datetime, calendar: Calendar) -> datetime:
    """When Monday began in the firm's local week at ``at``, in UTC."""
    today = firm_date(at, calendar)
    monday = today - timedelta(days=today.weekday())
    return datetime.combine(monday, time(), ZoneInfo(calendar.timezone)).astimezone(UTC)


def current_calendar() -> Calendar:
    """Return the calendar of the running app."""
    return cast(Calendar, current_app.extensions["calendar"])


def load_calendar(path: Path) -> Calendar:
    """Read and check the calendar. Raises DataFileError with a sentence that names the place."""
    calendar = read_data(path, Calendar)
    try:
        ZoneInfo(calendar.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DataFileError(path, f"There is no time zone {calendar.timezone}.") from error
    if not calendar.working_days:
        raise DataFileError(path, "The week needs a day in working_days.")
    if calendar.day_begins and calendar.day_begins >= calendar.day_ends:
        raise DataFileError(path, "A working day needs day_begins before day_ends.")
    return calendar


def _on_next_working_day(at: datetime, hour: time, calendar: Calendar) -> datetime:
    day = firm_date(at, calendar) + timedelta(days=1)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, hour, ZoneInfo(calendar.timezone)).astimezone(UTC)
