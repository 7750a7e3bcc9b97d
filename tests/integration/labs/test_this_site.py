"""This site: what everybody may see of the pipeline, which is never what somebody typed."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.questions.questionnaire import current_questionnaire
from app.events.log import START, read_unsettled
from app.events.subscription import current_subscriptions
from app.labs.this_site.kept import KeptExhibit
from app.labs.this_site.queries import (
    STAGES,
    TYPES,
    Exhibit,
    Line,
    StageFigures,
    public_exhibit,
)
from app.platform.database import db
from tests.demo_applications import STRONG
from tests.german import english_left_in
from tests.submitted import submit_answers

PAGES = ("/labs/this-site", "/labs/this-site/part")
CANARY = re.compile("canary", re.IGNORECASE)
MADE_UP = {
    "email": "canary@canary.example",
    "url": "https://canary.example/canary",
    "text": "canary",
    "long_text": "canary " * 40,
}
FAIL = text("""
UPDATE deliveries SET status = 'dead', done_at = NULL, attempts = 3, last_error = 'canary: canary'
WHERE subscriber = 'scoring.score_fit'
""")


@pytest.fixture(autouse=True)
def every_look_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.labs.this_site.kept.FRESH_SECONDS", 0)


@pytest.fixture
def readings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The SQL statements of a process that starts without a result and keeps one for a minute."""
    monkeypatch.setattr("app.labs.this_site.kept.FRESH_SECONDS", 60)
    monkeypatch.setitem(app.extensions, "exhibit", KeptExhibit())
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def application(session: Session) -> Application:
    """An application with the canary in every field that can be typed into."""
    typed = {
        question.key: MADE_UP[question.kind]
        for question in current_questionnaire().questions
        if question.kind in MADE_UP
    }
    application = submit_answers(session, {**STRONG, **typed})
    session.commit()
    return application


def test_nothing_typed_into_any_field_ever_appears(
    client: FlaskClient,
    session: Session,
    application: Application,
    handle_events: Callable[[], None],
) -> None:
    [submitted] = (e for e in read_unsettled(session, START) if e.type == TYPES[0])
    assert len(CANARY.findall(msgspec.json.encode(submitted.data).decode())) > 5
    secrets = (str(application.id), application.reference, application.access_token)

    def look() -> str:
        shown = "".join(client.get(page).text for page in PAGES)
        assert not CANARY.search(shown)
        assert not any(secret in shown for secret in secrets)
        return shown

    assert "No application has come through yet." in look()
    handle_events()
    shown = look()
    assert all(name in shown for name in (*TYPES, "The fit is scored"))
    db.session.execute(FAIL)
    db.session.commit()
    failed = look()
    assert "Dead letter" in failed and "Under way" not in failed


def test_only_the_fields_named_here_are_shown() -> None:
    def fields(projected: type[msgspec.Struct]) -> tuple[str, ...]:
        return projected.__struct_fields__

    assert fields(Line) == ("type", "stage", "status", "tries", "hour", "seconds")
    assert fields(StageFigures) == ("stage", "done", "unfinished", "retried", "median", "slow")


def test_the_stages_are_the_subscribers_of_the_types_shown(session: Session) -> None:
    subscriptions = current_subscriptions()
    assert set(STAGES) == {stage for name in TYPES for stage in subscriptions.subscribers_of(name)}


def test_times_are_cut_to_the_hour_and_durations_to_hundredths(
    session: Session, application: Application, handle_events: Callable[[], None]
) -> None:
    handle_events()
    exhibit = public_exhibit(session)
    assert exhibit.lines
    for line in exhibit.lines:
        assert (line.hour.minute, line.hour.second, line.hour.microsecond) == (0, 0, 0)
        assert line.seconds is not None and line.seconds == round(line.seconds, 2)
    assert sum(stage.done for stage in exhibit.stages) == len(exhibit.lines)


def test_many_simultaneous_views_query_the_database_once(app: Flask, readings: list[str]) -> None:
    def look(number: int) -> int:
        return app.test_client().get(PAGES[number % 2]).status_code

    with ThreadPoolExecutor(8) as visitors:
        assert set(visitors.map(look, range(40))) == {200}
    assert sum("percentile_cont" in statement for statement in readings) == 1
    assert len(readings) == 2


def test_while_one_view_queries_the_database_others_get_the_last_result(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(PAGES[0])
    shown: list[str] = []

    def read_slowly(session: Session) -> Exhibit:
        with ThreadPoolExecutor(1) as beside:
            asked = beside.submit(lambda: app.test_client().get(PAGES[0]).text)
            shown.append(asked.result(timeout=30))
        return public_exhibit(session)

    monkeypatch.setattr("app.labs.this_site.kept.public_exhibit", read_slowly)
    assert client.get(PAGES[0]).status_code == 200
    assert ["The fit is scored" in page for page in shown] == [True]


def test_an_up_to_date_page_gets_no_content(
    client: FlaskClient, application: Application, handle_events: Callable[[], None]
) -> None:
    handle_events()
    address = re.search(r'hx-get="([^"]+)"', client.get(PAGES[0]).text)
    assert address
    assert client.get(address[1]).status_code == 204
    session = db.session()
    session.execute(FAIL)
    session.commit()
    assert client.get(address[1]).status_code == 200


def test_a_german_reader_gets_the_page_and_its_updating_part_in_german(
    german: FlaskClient, application: Application, handle_events: Callable[[], None]
) -> None:
    assert "Noch ist keine Anfrage durchgelaufen." in german.get(PAGES[0]).text
    handle_events()
    for page in PAGES:
        shown = german.get(page).text
        assert "Die Anfrage wird bewertet" in shown
        assert re.search(r">\d+,\d\d s</td>", shown)
        assert english_left_in(shown) == []
    address = re.search(r'hx-get="([^"]+)"', shown)
    assert address
    assert german.get(address[1]).status_code == 204
    in_english = german.get(address[1], headers={"Accept-Language": "en"})
    assert "The fit is scored" in in_english.text
