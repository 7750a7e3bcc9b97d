"""Something that is done at the same moment, and has to wait."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import autocommit, db
from tests.site import eventually

SOMEBODY_WAITS = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")


@contextmanager
def waiting(app: Flask, deed: Callable[[Session], object]) -> Iterator[None]:
    """Within it the deed waits for a lock, in a transaction of its own; behind it the deed is done.
    Raises what the deed has raised."""

    def do() -> None:
        with app.app_context():
            deed(db.session())
            db.session.commit()

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(do)
        eventually(lambda: is_somebody_waiting() or done.done())
        yield
        done.result()


def is_somebody_waiting() -> bool:
    with autocommit() as connection:
        return bool(connection.scalar(SOMEBODY_WAITS))
