"""The endpoints for load balancers and Prometheus."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.circuits.models import CircuitRecord
from app.platform.database import utc_now
from app.start import end_unless_upgraded
from local.ports import HOST, free_port
from tests.demo_applications import STRONG
from tests.submitted import submit_answers


def test_a_live_process_says_so_whatever_else_is_down(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_ready_site_lists_each_of_its_parts(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        dict.fromkeys(("status", "database", "migrations", "rights", "log", "broker"), "ok"),
    )


@pytest.fixture
def migrate_to(
    session: Session, as_owner: Callable[[str], None]
) -> Iterator[Callable[[str], None]]:
    """Set the database's migration version; it is restored at the end."""
    (version,) = session.scalars(text("SELECT version_num FROM alembic_version"))

    def migrate_to(version: str) -> None:
        as_owner(f"UPDATE alembic_version SET version_num = '{version}'")

    yield migrate_to
    migrate_to(version)


def test_a_database_behind_its_migrations_is_not_ready(
    client: FlaskClient, migrate_to: Callable[[str], None]
) -> None:
    migrate_to("0001")
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "flask db upgrade" in answer.text


def test_a_site_whose_database_is_already_upgraded_stays_ready(
    client: FlaskClient, migrate_to: Callable[[str], None]
) -> None:
    """This happens during an upgrade, which runs its migrations first."""
    migrate_to("9999")
    answer = client.get("/readyz")
    assert answer.status_code == 200 and "newer release" in answer.text


def test_a_worker_does_not_start_before_its_migrations_but_does_with_later_ones(
    app: Flask, migrate_to: Callable[[str], None]
) -> None:
    """Each delivery that needs them would become a dead letter."""
    end_unless_upgraded(app)
    migrate_to("9999")
    end_unless_upgraded(app)
    migrate_to("0001")
    with pytest.raises(SystemExit, match=r"^Error: .* run `flask db upgrade` first\.$"):
        end_unless_upgraded(app)


def test_a_worker_starts_although_the_database_is_away(site_with: Callable[..., Flask]) -> None:
    end_unless_upgraded(site_with(DATABASE_URL=f"postgresql://app@{HOST}:{free_port()}/site"))


def test_a_broker_that_is_away_is_reported_and_does_not_stop_the_site(
    client: FlaskClient, change_settings: Callable[..., None]
) -> None:
    change_settings(REDIS_URL="redis://127.0.0.1:1/0")
    answer = client.get("/readyz")
    assert answer.status_code == 200 and "unreachable" in answer.text


def test_the_metrics_count_what_is_waiting(client: FlaskClient, session: Session) -> None:
    submit_answers(session, STRONG)
    session.commit()
    figures = client.get("/metrics").text
    assert "events_unrelayed 1.0" in figures
    assert "events_unrelayed_oldest_seconds 0.0\n" not in figures
    assert 'deliveries_waiting{subscriber="scoring.score_fit"} 0.0' in figures
    assert 'mail_messages{status="queued"} 0.0' in figures
    assert "scheduled_late_seconds 0.0\n" in figures


def test_the_metrics_say_which_external_services_circuit_is_open(
    client: FlaskClient, session: Session
) -> None:
    session.add(CircuitRecord(name="mended"))
    session.add(
        CircuitRecord(name="broken", state="open", opened_at=utc_now(), next_probe_at=utc_now())
    )
    session.commit()
    figures = client.get("/metrics").text
    assert 'circuit_open{name="broken"} 1.0' in figures
    assert 'circuit_open{name="mended"} 0.0' in figures


def test_in_production_the_metrics_need_the_token(
    client: FlaskClient, change_settings: Callable[..., None]
) -> None:
    change_settings(METRICS_TOKEN="a token")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a token"}).status_code == 200


def test_in_production_nobody_reads_the_metrics_if_no_token_is_set(
    client: FlaskClient, change_settings: Callable[..., None]
) -> None:
    change_settings(ENVIRONMENT="production", METRICS_TOKEN="", WEBHOOK_ALLOW_PRIVATE=False)
    for offered in ({}, {"Authorization": "Bearer "}, {"Authorization": ""}):
        assert client.get("/metrics", headers=offered).status_code == 404
