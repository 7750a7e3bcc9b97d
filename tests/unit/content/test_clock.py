"""Staff see times in the firm's time zone; everywhere else they are in UTC. Each says which."""

from datetime import UTC, datetime, time

import pytest
from flask import Flask

from app.firm.calendar import Calendar
from app.platform.languages.catalogs import init_languages
from app.web.rendering import clock_time, datetime_utc
from tests.unit.conftest import CONTENT

WINTER, SUMMER = (datetime(2026, month, 5, 2, 30, tzinfo=UTC) for month in (11, 7))


def site_in(timezone: str) -> Flask:
    """The site of a firm in that time zone."""
    app = Flask("firm")
    init_languages(app, CONTENT)
    app.extensions["calendar"] = Calendar(timezone, ("monday",), time(17), ())
    return app


@pytest.mark.parametrize(
    ("timezone", "winter", "summer"),
    [
        ("America/New_York", "4 Nov 2026, 21:30 EST", "4 Jul 2026, 22:30 EDT"),
        ("Europe/Zurich", "5 Nov 2026, 03:30 CET", "5 Jul 2026, 04:30 CEST"),
        ("America/Sao_Paulo", "4 Nov 2026, 23:30 UTC-03", "4 Jul 2026, 23:30 UTC-03"),
        ("Asia/Kathmandu", "5 Nov 2026, 08:15 UTC+0545", "5 Jul 2026, 08:15 UTC+0545"),
        ("UTC", "5 Nov 2026, 02:30 UTC", "5 Jul 2026, 02:30 UTC"),
    ],
)
def test_staff_see_times_in_the_firms_time_zone(timezone: str, winter: str, summer: str) -> None:
    with site_in(timezone).test_request_context("/staff/applications/"):
        assert (clock_time(WINTER), clock_time(SUMMER)) == (winter, summer)
        assert datetime_utc(WINTER, seconds=True) == "5 Nov 2026, 02:30:00 UTC"


def test_times_are_in_utc_for_operators_for_prospects_and_outside_of_a_request() -> None:
    site = site_in("America/New_York")
    with site.test_request_context("/staff/events/log"):
        assert clock_time(WINTER) == "5 Nov 2026, 02:30 UTC"
    with site.test_request_context("/applications/token"):
        assert clock_time(WINTER) == "5 Nov 2026, 02:30 UTC"
    with site.test_request_context("/applications/token", headers={"Accept-Language": "de"}):
        assert clock_time(WINTER) == "5. Nov. 2026, 02:30 UTC"
    with site.app_context():
        assert clock_time(WINTER) == "5 Nov 2026, 02:30 UTC"
