"""When the firm works, as data (content/calendar.toml), and the deadlines that follow from it."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from msgspec import Struct

from app.data_files import DataFileError, read_data

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """``timezone`` is an IANA name. A working day ends at ``day_ends`` there."""

    timezone: str
    working_days: tuple[Weekday, ...]
    day_ends: time
    holidays: tuple[date, ...]

    @property
    def city(self) -> str:
        """The one that the time zone is named after."""
        return self.timezone.rpartition("/")[2].replace("_", " ")

    def is_working_day(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.working_days and day not in self.holidays


def next_deadline(at: datetime, calendar: Calendar) -> datetime:
    """The end of the first working day after the firm's own date at ``at``, in UTC.

    What comes in on a working day, at whatever hour, has until the end of the next one.
    """
    zone = ZoneInfo(calendar.timezone)
    day = at.astimezone(zone).date() + timedelta(days=1)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, calendar.day_ends, zone).astimezone(UTC)


def holidays_between(at: datetime, due: datetime, calendar: Calendar) -> list[date]:
    """The holidays between the firm's dates at both times which would else be working days."""
    zone = ZoneInfo(calendar.timezone)
    first, last = at.astimezone(zone).date(), due.astimezone(zone).date()
    return [
        day
        for day in sorted(calendar.holidays)
        if first < day < last and WEEKDAYS[day.weekday()] in calendar.working_days
    ]


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
    if calendar.day_ends.tzinfo:
        raise DataFileError(path, "The time in day_ends is the time zone's own, without an offset.")
    return calendar
