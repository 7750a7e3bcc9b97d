"""A bare Flask view with the site's two inserts: no session, no checks, no draft, no log.

``benchmarks.bare:app``, on the database of DATABASE_URL.
"""

import os

import psycopg
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.pool import QueuePool

from benchmarks.sample import ANSWERS, INSERT_APPLICATION, INSERT_EVENT, rows

ONE_STATEMENT = f"WITH application AS ({INSERT_APPLICATION}) {INSERT_EVENT}"

app = Flask(__name__)
pool = QueuePool(lambda: psycopg.connect(os.environ["DATABASE_URL"]), pool_size=8)  # type: ignore[arg-type]


@app.post("/two-statements")
def two_statements() -> ResponseReturnValue:
    values = rows({**ANSWERS, **request.form})
    connection = pool.connect()
    try:
        cursor = connection.cursor()
        cursor.execute(INSERT_APPLICATION, values)
        cursor.execute(INSERT_EVENT, values)
        connection.commit()
    finally:
        connection.close()
    return redirect("/", 303)


@app.post("/one-statement")
def one_statement() -> ResponseReturnValue:
    """The least that a durable POST can cost: one round trip, which commits."""
    values = rows({**ANSWERS, **request.form})
    connection = pool.connect()
    try:
        connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
        connection.cursor().execute(ONE_STATEMENT, values)
    finally:
        connection.close()
    return redirect("/", 303)
