"""The firm's calendar: when an answer promised within one working day is due."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.firm.calendar import (
    WEEKDAYS,
    Calendar,
    holidays_between,
    load_calendar,
    next_beginning,
    next_deadline,
)
from app.platform.data_files import DataFileError

CONTENT = Path(__file__).parents[3] / "content"
NEW_YORK = ZoneInfo("America/New_York")
CALENDAR = Calendar(
    timezone="America/New_York",
    working_days=WEEKDAYS[:5],
    day_ends=time(17),
    holidays=(date(2026, 5, 25),),
)
DAY = timedelta(days=1)
# From 2024 to 2040.
MOMENTS = st.integers(1_704_067_200, 2_208_988_800).map(lambda s: datetime.fromtimestamp(s, UTC))
CALENDARS = st.builds(
    Calendar,
    timezone=st.sampled_from(
        ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"]
    ),
    working_days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
    # From 4:00, because clocks change at night.
    day_ends=st.times(time(4), time(23, 59)),
    holidays=st.lists(st.dates(date(2024, 1, 1), date(2040, 12, 31)), max_size=20).map(tuple),
)
Change = Callable[[str, str, str], Path]


@given(at=MOMENTS, calendar=CALENDARS)
def test_the_deadline_is_the_end_of_the_first_working_day_after_the_firms_date(
    at: datetime, calendar: Calendar
) -> None:
    zone = ZoneInfo(calendar.timezone)
    deadline = next_deadline(at, calendar)
    there = deadline.astimezone(zone)
    assert deadline > at and deadline.tzinfo is UTC
    assert there.time() == calendar.day_ends and calendar.is_working_day(there.date())
    between = at.astimezone(zone).date() + DAY
    while between < there.date():
        assert not calendar.is_working_day(between)
        between += DAY


@given(moments=st.tuples(MOMENTS, MOMENTS).map(sorted), calendar=CALENDARS)
def test_a_later_application_is_never_due_earlier(
    moments: list[datetime], calendar: Calendar
) -> None:
    earlier, later = moments
    assert next_deadline(earlier, calendar) <= next_deadline(later, calendar)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        pytest.param((2026, 3, 3, 9), (2026, 3, 4, 22), id="Tuesday morning, Wednesday"),
        pytest.param((2026, 3, 3, 23), (2026, 3, 4, 22), id="Tuesday night, Wednesday"),
        pytest.param((2026, 3, 6, 9), (2026, 3, 9, 21), id="Friday, Monday after the clock jumped"),
        pytest.param((2026, 10, 30, 9), (2026, 11, 2, 22), id="Friday, Monday after it fell back"),
        pytest.param((2026, 5, 22, 9), (2026, 5, 26, 21), id="Friday, Tuesday after a holiday"),
        pytest.param((2026, 3, 7, 9), (2026, 3, 9, 21), id="Saturday, Monday"),
    ],
)
def test_a_deadline_allows_for_weekends_holidays_and_clock_changes(
    at: tuple[int, ...], due: tuple[int, ...]
) -> None:
    """``at`` is New York time, ``due`` is UTC."""
    moment = datetime(*at, tzinfo=NEW_YORK)  # type: ignore[misc, arg-type]
    assert next_deadline(moment, CALENDAR) == datetime(*due, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_next_day_begins_on_the_first_working_day_after_the_firms_date() -> None:
    calendar = replace(CALENDAR, day_begins=time(9))
    for hour in (0, 8, 10, 23):
        friday = datetime(2026, 5, 22, hour, tzinfo=NEW_YORK)
        assert next_beginning(friday, calendar) == datetime(2026, 5, 26, 13, tzinfo=UTC)
        assert next_beginning(friday, CALENDAR) is None


def test_the_firms_date_counts_and_not_the_visitors() -> None:
    friday_night_there = datetime(2026, 3, 14, 2, tzinfo=UTC)
    assert next_deadline(friday_night_there, CALENDAR) == datetime(2026, 3, 16, 21, tzinfo=UTC)


def test_only_holidays_that_would_otherwise_be_working_days_are_named_before_a_deadline() -> None:
    saturday, monday = date(2026, 5, 23), date(2026, 5, 25)
    calendar = replace(CALENDAR, holidays=(monday, saturday, date(2026, 5, 26)))
    friday = datetime(2026, 5, 22, 9, tzinfo=NEW_YORK)
    assert holidays_between(friday, datetime(2026, 5, 26, 21, tzinfo=UTC), calendar) == [monday]
    assert calendar.city_in("en") == "New York"


def test_the_shipped_calendar_has_working_days() -> None:
    calendar = load_calendar(CONTENT / "calendar.toml")
    assert calendar.is_working_day(date(2026, 3, 3))
    assert not calendar.is_working_day(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("America/New_York", "America/Old_York", "There is no time zone America/Old_York"),
        ("America/New_York", "../secret", "There is no time zone"),
        ('"monday"', '"moonday"', "Invalid enum value 'moonday'"),
        ("17:00:00", '"at five"', "day_ends"),
        ("09:00:00", "17:00:00", "needs day_begins before day_ends"),
        ("2026-01-01,", "2026-01-32,", "calendar.toml"),
    ],
)
def test_a_fault_in_the_calendar_stops_startup_with_an_explanation(
    with_change: Change, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError, match=sentence):
        load_calendar(with_change("calendar.toml", old, new))


def test_a_week_without_a_working_day_is_refused(with_change: Change) -> None:
    path = with_change("calendar.toml", "working_days = [", "working_days = []\nwas = [")
    lines = [line for line in path.read_text().splitlines() if not line.startswith("was")]
    path.write_text("\n".join(lines))
    with pytest.raises(DataFileError, match="The week needs a day"):
        load_calendar(path)
