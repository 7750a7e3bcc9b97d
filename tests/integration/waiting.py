"""Runs something concurrently that has to wait for a lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.platform.database import autocommit, db
from tests.site import eventually

SOMEBODY_WAITS = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")


@contextmanager
def waiting(app: Flask, deed: Callable[[Session], object]) -> Iterator[None]:
    """Inside, the deed waits for a lock in its own transaction; on leaving, it has been done.
    Raises whatever the deed raised."""

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
