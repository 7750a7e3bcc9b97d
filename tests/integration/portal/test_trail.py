"""The trail as it is downloaded: whole, checkable without the site, and giving nothing away."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.applications.events import ApplicationAccepted, DraftLinkRequested, MoreRequested
from app.applications.models import Application, Draft
from app.applications.service import decide_application, provide_more
from app.engagements.queries import engagement_of
from app.events.store import read_stream, record
from app.events.types import stream_of
from app.messages.service import note_as_staff
from app.portal.trail import make_trail
from app.portal.trail_check import first_problem
from app.portal.turn import Turn
from local.postgres import Postgres
from tests.integration.portal.conftest import Send

Check = Callable[..., subprocess.CompletedProcess[str]]
Row = dict[str, Any]
NOTE = "Their CTO is a friend."
NOBODY = Turn("Nobody has to act.")


@pytest.fixture
def agreed(
    session: Session,
    application: Application,
    ada: Staff,
    send: Send,
    handle_events: Callable[[], None],
) -> Application:
    """The prospect answered a question, staff wrote a note, and an offer was made and agreed to."""

    def decide(verdict: MoreRequested | ApplicationAccepted) -> None:
        handle_events()
        session.refresh(application)
        seen = application.version
        decide_application(session, application.id, verdict, seen_version=seen, actor=ada.actor)
        session.commit()
        handle_events()

    decide(MoreRequested(message="How many queues?"))
    provide_more(session, application.id, "Forty-one, ünd ☃.")
    note_as_staff(session, application.id, NOTE, form_id="a", actor=ada.actor)
    session.commit()
    decide(ApplicationAccepted(message="Welcome.", kind="sprint", total_cents=1_250_000))
    assert send("agreement", name="Marguerite Okonkwo").status_code == 303
    return application


@pytest.fixture
def trail_file(client: FlaskClient, path: str, agreed: Application, tmp_path: Path) -> Path:
    answer = client.get(f"{path}/trail.json")
    assert answer.headers["Content-Disposition"].endswith(f'"trail-{agreed.reference}.json"')
    file = tmp_path / "trail.json"
    file.write_bytes(answer.data)
    return file


@pytest.fixture
def check(client: FlaskClient, tmp_path: Path) -> Check:
    """Run the program as it is downloaded, with a Python that knows nothing of the site."""
    answer = client.get("/trail_check.py")
    assert answer.mimetype == "text/x-python" and "attachment" in str(answer.headers)
    program = tmp_path / "trail_check.py"
    program.write_bytes(answer.data)

    def check(*files: Path) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [sys.executable, "-I", "-S", program, *files]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    return check


def rows_in(file: Path) -> list[Row]:
    return [row for stream in json.loads(file.read_text())["streams"] for row in stream["rows"]]


def test_a_downloaded_trail_passes_the_downloaded_checker(trail_file: Path, check: Check) -> None:
    checked = check(trail_file)
    assert (checked.returncode, checked.stderr) == (0, "")
    rows = rows_in(trail_file)
    withheld = [row for row in rows if "withheld" in row]
    whole, _ = checked.stdout.splitlines()
    assert whole.startswith(f"WHOLE: {len(rows)} rows,")
    assert whole.endswith(f"{len(withheld)} withheld.")


def test_the_trail_contains_every_event_of_both_streams(
    session: Session, trail_file: Path, agreed: Application
) -> None:
    engagement = engagement_of(session, agreed.id)
    assert engagement
    streams = [stream_of("application", agreed.id), stream_of("engagement", engagement.id)]
    recorded = [event.type for stream in streams for event in read_stream(session, stream)]
    assert [row["type"] for row in rows_in(trail_file)] == recorded
    assert len(recorded) > 6


def test_the_trail_says_who_acts_next_and_the_checker_repeats_it(
    trail_file: Path, check: Check
) -> None:
    trail = json.loads(trail_file.read_text())
    assert trail["next"]["said"].startswith(
        "You act next: the work begins once the deposit has arrived"
    )
    assert (trail["next"]["due_at"], trail["next"]["as_of"]) == (None, trail["made_at"])
    assert f"\nNEXT: {trail['next']['said']} So the firm says" in check(trail_file).stdout
    trail["next"]["said"] = "Nobody has to act."
    trail_file.write_text(json.dumps(trail))
    altered = "ALTERED: next: it is not as it was written into this file\n"
    assert check(trail_file).stdout == altered


def test_the_trail_says_when_our_answer_is_due_and_has_a_row_for_a_missed_promise(
    client: FlaskClient,
    path: str,
    tmp_path: Path,
    check: Check,
    handle_events: Callable[[], None],
    come_due: Callable[[], None],
) -> None:
    handle_events()
    trail = client.get(f"{path}/trail.json").get_json()
    assert trail["next"]["said"].startswith("We act next: a person answers")
    assert trail["next"]["due_at"] > trail["made_at"]
    come_due()
    file = tmp_path / "trail.json"
    file.write_bytes(client.get(f"{path}/trail.json").data)
    late = json.loads(file.read_text())["next"]
    assert late["said"].startswith("We act next, and we are late")
    assert f"Due at {late['due_at']}." in check(file).stdout
    (missed,) = [row for row in rows_in(file) if row["type"] == "application.answer_due"]
    assert "withheld" not in missed


def test_the_trail_has_the_request_for_a_resume_link_without_the_link_itself(
    client: FlaskClient,
    path: str,
    session: Session,
    application: Application,
    tmp_path: Path,
    check: Check,
) -> None:
    token = session.get_one(Draft, application.draft_id).resume_token
    asked = DraftLinkRequested(
        draft_id=str(application.draft_id), email=application.email, resume_token=token
    )
    stream = stream_of("draft", application.draft_id)
    record(session, stream, asked, actor="prospect", person=application.draft_id)
    session.commit()
    file = tmp_path / "trail.json"
    file.write_bytes(client.get(f"{path}/trail.json").data)
    (row,) = [row for row in rows_in(file) if row["type"] == "draft.link_requested"]
    assert row["stated"] == {"email": application.email}
    assert token not in file.read_text() and "hashed" not in row
    assert check(file).returncode == 0


def test_the_trail_opens_what_the_prospect_said_and_was_told(trail_file: Path) -> None:
    said = {
        row["type"]: row.get("opened", {}) | row.get("stated", {}) for row in rows_in(trail_file)
    }
    assert said["application.submitted"]["name"] == "Marguerite Okonkwo"
    assert said["application.more_requested"] == {"message": "How many queues?"}
    assert said["application.more_provided"] == {"message": "Forty-one, ünd ☃."}
    assert said["engagement.accepted"] == {"accepted_name": "Marguerite Okonkwo"}


def test_the_trail_reveals_neither_staff_nor_score_nor_draft_nor_note(
    trail_file: Path, ada: Staff
) -> None:
    text = trail_file.read_text()
    for secret in (str(ada.id), ada.email, ada.name, NOTE, "staff:", "operator:"):
        assert secret not in text
    for word in ("recommended_kind", "rubric_version", "out_of", "of 100"):
        assert word not in text
    withheld = {row["type"] for row in rows_in(trail_file) if "withheld" in row}
    assert {"application.scored", "engagement.proposed", "note.written"} < withheld


def test_the_trail_states_nothing_of_an_event_that_a_newer_release_recorded(
    client: FlaskClient, path: str, postgres: Postgres, trail_file: Path
) -> None:
    """It may be no more meant for them than a note is."""
    with psycopg.connect(postgres.url_of("site")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE events SET type = 'memo.made' WHERE type = 'note.written'")
    trail_file.write_bytes(client.get(f"{path}/trail.json").data)
    [memo] = [row for row in rows_in(trail_file) if row["type"] == "memo.made"]
    assert "newer release" in memo["withheld"] and memo["stated"] == {}


def test_a_withheld_score_cannot_be_guessed_from_its_hash(
    session: Session, trail_file: Path, agreed: Application
) -> None:
    """Its id is random, covered by the hash, and nowhere else in the file."""
    events = read_stream(session, stream_of("application", agreed.id))
    (scored,) = [event for event in events if event.type == "application.scored"]
    assert str(scored.id) not in trail_file.read_text()


@pytest.mark.parametrize(
    "change",
    [
        """data = jsonb_set(data, '{more}', '"x"')""",
        "recorded_at = recorded_at + interval '1 second'",
        "sealed = sealed || 'x'",
        """metadata = jsonb_set(metadata, '{actor}', '"system:x"')""",
    ],
)
def test_the_checker_names_a_row_that_we_alter_in_the_database(
    client: FlaskClient,
    path: str,
    postgres: Postgres,
    trail_file: Path,
    check: Check,
    agreed: Application,
    change: str,
) -> None:
    stream = stream_of("application", agreed.id)
    with psycopg.connect(postgres.url_of("site")) as connection:
        # As the database's owner can, by turning the triggers off.
        connection.execute("SET session_replication_role = replica")
        where = "type = 'application.more_provided' AND stream = %s"
        connection.execute(f"UPDATE events SET {change} WHERE {where}".encode(), [stream])
    trail_file.write_bytes(client.get(f"{path}/trail.json").data)
    checked = check(trail_file)
    assert checked.returncode == 1
    assert checked.stdout.startswith(
        f"ALTERED: row 4 of {stream}: its content is not what its hash was made from"
    )


def test_hashes_that_we_recompute_do_not_agree_with_an_older_copy(
    client: FlaskClient,
    path: str,
    postgres: Postgres,
    trail_file: Path,
    check: Check,
    agreed: Application,
) -> None:
    rechain = """
    DO $$ DECLARE e events; BEGIN
        FOR e IN SELECT * FROM events ORDER BY stream, version LOOP
            UPDATE events SET hash = event_hash(e, (SELECT hash FROM events p
                WHERE p.stream = e.stream AND p.version = e.version - 1
            )) WHERE position = e.position;
        END LOOP;
    END $$
    """
    with psycopg.connect(postgres.url_of("site")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE events SET data = data || '{\"total\": 1}' WHERE type = 'application.scored'"
        )
        connection.execute(rechain)
    later = trail_file.with_name("later.json")
    later.write_bytes(client.get(f"{path}/trail.json").data)
    assert check(later).returncode == 0
    compared = check(later, trail_file)
    stream = stream_of("application", agreed.id)
    assert compared.stdout == f"ALTERED: row 2 of {stream}: the older file has a different one\n"


def test_a_later_trail_agrees_with_an_older_one(
    client: FlaskClient, path: str, tmp_path: Path, check: Check, send: Send, asked: str
) -> None:
    files = [tmp_path / name for name in ("older.json", "newer.json")]
    files[0].write_bytes(client.get(f"{path}/trail.json").data)
    send("reply", message="Two.")
    files[1].write_bytes(client.get(f"{path}/trail.json").data)
    assert check(files[1], files[0]).returncode == 0


def test_a_file_that_is_not_a_trail_is_not_checked(check: Check, tmp_path: Path) -> None:
    assert check().returncode == 2
    assert check(tmp_path / "nothing.json").stdout.startswith("NOT CHECKED:")


def test_after_the_erasure_a_trail_could_contain_nothing_personal(
    app: Flask, session: Session, agreed: Application, client: FlaskClient, path: str
) -> None:
    words = ("Marguerite", "Okonkwo", "Forty-one", "How many queues", agreed.email, agreed.company)
    before = json.dumps(make_trail(session, agreed, NOBODY), ensure_ascii=False)
    assert all(word in before for word in words)
    erase_person(session, agreed.id, actor="prospect")
    session.commit()
    assert client.get(f"{path}/trail.json").status_code == 410
    trail = make_trail(session, agreed, NOBODY)
    after = json.dumps(trail, ensure_ascii=False)
    assert not [word for word in words if word in after]
    assert trail["key"] is None and first_problem(trail) is None
