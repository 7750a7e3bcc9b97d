"""Downgrading and upgrading again loses nothing that has happened."""

from uuid import UUID

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.integration.projections.conftest import Differences, Office

EVERYTHING = text("""
SELECT position, id, stream, version, type, data, metadata, person_id, sealed, hash
FROM events ORDER BY position
""")


@pytest.fixture
def busy(office: Office, finished: UUID) -> None:
    """One application that went the whole way, and others at every stage of it."""
    noted, asked, declined, withdrawn, erased, late = (office.submit() for _ in range(6))
    changed, taken_back = (office.submit() for _ in range(2))
    office.handle()
    office.note(noted)
    office.take(noted)
    office.ask(asked)
    office.write(asked)
    office.write_back(asked)
    office.decline(declined)
    office.withdraw(withdrawn)
    office.erase(erased)
    office.fall_due(late)
    office.accept(changed)
    office.accept(taken_back)
    office.handle()
    office.change_offer(changed)
    office.take_back(taken_back)
    office.handle()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("revision", ["0031", "0039", "0046"])
def test_the_log_and_everything_derived_from_it_survive_a_downgrade(
    session: Session, rebuild: Differences, verify: Differences, revision: str
) -> None:
    before = session.execute(EVERYTHING).all()
    session.commit()
    try:
        downgrade(revision=revision)
        assert session.execute(EVERYTHING).all() == before
        session.commit()
    finally:
        upgrade()
    assert session.execute(EVERYTHING).all() == before
    rebuild()  # as after any upgrade
    assert verify() == []


@pytest.mark.usefixtures("busy")
def test_no_downgrade_deletes_the_log(app: Flask, session: Session) -> None:
    before = session.execute(EVERYTHING).all()
    session.commit()
    shown = app.test_cli_runner().invoke(args=["db", "downgrade", "base"])
    assert shown.exit_code == 1
    assert shown.output == (
        "Error: This would delete the log, and all that has happened with it. Nothing was changed."
        " If nobody needs this site any more, drop its database.\n"
    )
    assert session.execute(EVERYTHING).all() == before
