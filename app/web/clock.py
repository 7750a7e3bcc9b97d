"""Which clock a page tells the time by."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from flask import has_request_context, request

from app.firm.calendar import current_calendar

# What is read there is held against logs, and against what other servers say.
OPERATORS_PAGES: Final = ("/staff/events/", "/staff/webhooks/")


def present_zone() -> tzinfo:
    """The firm's time zone for staff at their desk, who work by it; UTC for the operator, for
    everybody else, who may be anywhere, and where no request is answered."""
    path = request.path if has_request_context() else ""
    if path.startswith("/staff/") and not path.startswith(OPERATORS_PAGES):
        return ZoneInfo(current_calendar().timezone)
    return UTC


def name_of_zone(moment: datetime) -> str:
    """ "UTC", "EST", "CET" of an aware time; its distance, "UTC-03", where its zone has no such
    name."""
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"
