"""What the log says about logins."""

from collections.abc import Callable

import pytest
import structlog
from flask.testing import FlaskClient
from structlog.testing import LogCapture
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from app.accounts import service, views
from app.accounts.models import Staff

Send = Callable[..., TestResponse]
PASSWORD = "a sentence that only Ada knows"
NEW = "another sentence, also hers alone"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[EventDict]:
    """The log lines about accounts, including the levels that are off in other tests."""
    capture = LogCapture()
    every_level = structlog.make_filtering_bound_logger("info")
    log = structlog.wrap_logger(None, processors=[capture], wrapper_class=every_level)
    for module in (service, views):
        monkeypatch.setattr(module, "log", log)
    return capture.entries


def test_successful_and_failed_logins_are_logged_by_account_id_only(
    client: FlaskClient, ada: Staff, log_in: Send, send: Send, lines: list[EventDict]
) -> None:
    log_in(client, email="nobody@champlin.example")
    log_in(client, password="a guess")
    log_in(client)
    send(client, "/staff/settings/", {"current": PASSWORD, "new": NEW, "again": NEW})
    send(client, "/staff/logout", {})
    told = [(line["event"], line["actor"]) for line in lines]
    assert told == [
        ("staff.refused", None),
        ("staff.refused", ada.actor),
        ("staff.signed_in", ada.actor),
        ("staff.password_changed", ada.actor),
        ("staff.signed_out", ada.actor),
    ]
    everything = str(lines)
    for typed in ("champlin.example", "a guess", PASSWORD, NEW, "Ada"):
        assert typed not in everything
