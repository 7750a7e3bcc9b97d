"""Has reviewers do different things to the same applications at the same moment."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import TypeVar
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from app.applications.service import AlreadyDecided
from app.events.types import Event
from app.platform.database import db

Deed = TypeVar("Deed", bound=Event)
Won = list[tuple[UUID, str]]


def race(
    app: Flask,
    ids: list[UUID],
    deeds: Sequence[Deed],
    do: Callable[[Session, UUID, Deed], None],
) -> tuple[Won, list[UUID]]:
    """Let one reviewer per deed do it to each application. Returns who won, with the type of the
    deed, and who was told that another was first."""
    start = Barrier(len(deeds), timeout=30)
    won: Won = []
    lost: list[UUID] = []

    def do_all(deed: Deed) -> None:
        with app.app_context():
            for application_id in ids:
                start.wait()
                try:
                    do(db.session(), application_id, deed)
                    db.session.commit()
                    won.append((application_id, deed.type))
                except AlreadyDecided:
                    db.session.rollback()
                    lost.append(application_id)

    reviewers = [Thread(target=do_all, args=(deed,)) for deed in deeds]
    for reviewer in reviewers:
        reviewer.start()
    for reviewer in reviewers:
        reviewer.join()
    return won, lost
