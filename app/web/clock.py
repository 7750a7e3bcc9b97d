"""Which clock a page tells the time by."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from flask import has_request_context, request

from app.firm.calendar import current_calendar

# Times there are compared with logs, and with what other servers say.
OPERATORS_PAGES: Final = ("/staff/events/", "/staff/webhooks/")


def present_zone() -> tzinfo:
    """The firm's time zone on staff's pages, since they work by it. UTC on the operator's pages,
    for everybody else, who may be anywhere, and outside a request."""
    path = request.path if has_request_context() else ""
    if path.startswith("/staff/") and not path.startswith(OPERATORS_PAGES):
        return ZoneInfo(current_calendar().timezone)
    return UTC


def name_of_zone(moment: datetime) -> str:
    """ "UTC", "EST" or "CET" of an aware time; its offset, as "UTC-03", if the zone has no such
    name."""
    name = moment.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"
