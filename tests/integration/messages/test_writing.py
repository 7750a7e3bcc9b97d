"""Writing to each other: each message once, in one order, until the prospect is erased."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import AlreadyErased, erase_person
from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.applications.service import decide_application, withdraw_application
from app.events.models import StoredEvent
from app.messages.service import write_as_prospect, write_as_staff
from app.platform.database import db
from tests.integration.messages.conftest import Read, Write

AT_ONCE = 8


def texts(read: Read) -> list[str]:
    return [entry.text for entry in read().entries]


def all_at_once(app: Flask, deeds: list[Callable[[Session], None]]) -> None:
    start = Barrier(len(deeds), timeout=30)

    def run(deed: Callable[[Session], None]) -> None:
        with app.app_context():
            start.wait()
            deed(db.session())
            db.session.commit()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_messages_from_both_sides_form_one_thread(
    prospect_writes: Write, staff_write: Write, read: Read
) -> None:
    prospect_writes("Is March too late?")
    staff_write("March is fine.\n\nAda")
    prospect_writes("Thank you.")
    assert [(entry.who, entry.text) for entry in read().entries] == [
        ("You", "Is March too late?"),
        ("Ada Lovelace", "March is fine.\n\nAda"),
        ("You", "Thank you."),
    ]


def test_a_message_from_an_account_that_is_gone_is_signed_by_the_firm(
    staff_write: Write, read: Read
) -> None:
    staff_write("Hello.", actor="staff:gone")
    assert read().entries[0].who == "The firm"


def test_sending_the_same_text_twice_from_one_page_makes_one_message(
    prospect_writes: Write, staff_write: Write, read: Read
) -> None:
    for write in (prospect_writes, staff_write):
        write("Hello.")
        write("Hello.")
    assert texts(read) == ["Hello.", "Hello."]


def test_a_different_text_from_the_same_page_is_not_lost(
    prospect_writes: Write, read: Read
) -> None:
    """For instance after going back to the page in the browser."""
    prospect_writes("Hello.")
    prospect_writes("One more thing.")
    assert texts(read) == ["Hello.", "One more thing."]


@pytest.mark.parametrize(("pages", "messages"), [(1, 1), (AT_ONCE, AT_ONCE)])
def test_simultaneous_presses_count_once_per_page(
    app: Flask, application: Application, read: Read, pages: int, messages: int
) -> None:
    """The second case is the control: only the page tells presses apart."""
    identity = application.id

    def press(place: int) -> Callable[[Session], None]:
        form_id = str(place % pages)
        return lambda own: write_as_prospect(own, identity, "Hello.", form_id=form_id)

    all_at_once(app, [press(place) for place in range(AT_ONCE)])
    assert texts(read) == ["Hello."] * messages


def test_messages_written_at_the_same_moment_are_all_kept_in_one_order(
    app: Flask, session: Session, application: Application, read: Read
) -> None:
    identity = application.id

    def from_prospect(place: int) -> Callable[[Session], None]:
        return lambda own: write_as_prospect(own, identity, f"p{place}", form_id="a")

    def from_staff(place: int) -> Callable[[Session], None]:
        return lambda own: write_as_staff(
            own, identity, f"s{place}", form_id="a", actor="staff:ada"
        )

    all_at_once(app, [make(place) for place in range(4) for make in (from_prospect, from_staff)])
    assert sorted(texts(read)) == [f"{side}{n}" for side in "ps" for n in range(4)]
    versions = select(StoredEvent.version).filter_by(stream=f"application-{identity}")
    assert sorted(session.scalars(versions)) == list(range(1, 10))


def test_both_sides_may_write_after_the_decision(
    session: Session,
    application: Application,
    prospect_writes: Write,
    staff_write: Write,
    read: Read,
) -> None:
    declined = ApplicationDeclined(message="We have no time.")
    decide_application(session, application.id, declined, seen_version=1, actor="staff:ada")
    prospect_writes("And in March?")
    staff_write("In March we have.")
    assert texts(read) == ["We have no time.", "And in March?", "In March we have."]
    session.refresh(application)
    assert application.status == "declined"


def test_both_sides_may_write_after_a_withdrawal_without_reopening_it(
    session: Session,
    application: Application,
    prospect_writes: Write,
    staff_write: Write,
    read: Read,
) -> None:
    """A prospect may change their mind, and the firm may say goodbye; neither reopens the
    application."""
    withdraw_application(session, application.id, "The budget is gone.")
    staff_write("Come back when it is there.")
    prospect_writes("We shall.")
    assert texts(read) == ["The budget is gone.", "Come back when it is there.", "We shall."]
    session.refresh(application)
    assert application.status == "withdrawn"


def test_nobody_can_write_to_an_erased_person_and_no_message_is_left(
    session: Session,
    application: Application,
    prospect_writes: Write,
    staff_write: Write,
    read: Read,
) -> None:
    prospect_writes("Hello.")
    erase_person(session, application.id, actor="prospect")
    session.commit()
    for write in (prospect_writes, staff_write):
        with pytest.raises(AlreadyErased):
            write("Are you there?")
        session.rollback()
    thread = read()
    assert (list(thread.entries), thread.unanswered_since) == ([], None)
