"""What every template can rely on: the brand, and money and time in the site's one spelling."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, has_request_context, request

from app.assets import init_assets
from app.firm.brand import current_brand

MINUS = "\N{MINUS SIGN}"


def init_rendering(app: Flask) -> None:
    init_assets(app)
    app.add_template_filter(money)
    app.add_template_filter(plain_date, "date")
    app.add_template_filter(datetime_utc)
    app.add_template_filter(duration)
    app.context_processor(add_brand)


def page_language(environ: Mapping[str, Any]) -> str:  # noqa: ARG001 - there is one so far
    """The language of the pages that this request gets, as an IETF tag.

    It follows from the WSGI environment alone: kept pages are found before there is a request.
    """
    return "en"


def add_brand() -> dict[str, object]:
    """A mail is written where there is no request."""
    environ = request.environ if has_request_context() else {}
    return {"brand": current_brand(), "language": page_language(environ)}


def money(cents: int) -> str:
    """US dollars, with cents only where there are any: "$10,000", "$10,000.50", "−$480"."""
    dollars, rest = divmod(abs(cents), 100)
    amount = f"${dollars:,}.{rest:02}" if rest else f"${dollars:,}"
    return f"{MINUS}{amount}" if cents < 0 else amount


def plain_date(day: date) -> str:
    """ "24 November 2026"; of a time, its day in UTC."""
    if isinstance(day, datetime):
        day = day.astimezone(UTC)
    return f"{day.day} {day:%B %Y}"


def datetime_utc(moment: datetime) -> str:
    """ "24 Nov 2026, 15:38 UTC"."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def duration(minutes: int) -> str:
    """In one unit: "under a minute", "40 minutes", "5 hours" for two days, then "3 days"."""
    if minutes < 1:
        return "under a minute"
    whole, unit = (
        (minutes, "minute")
        if minutes < 60
        else (minutes // 60, "hour")
        if minutes < 48 * 60
        else (minutes // (24 * 60), "day")
    )
    return f"{whole} {unit}{'' if whole == 1 else 's'}"
