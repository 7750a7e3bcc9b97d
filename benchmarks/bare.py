"""Bare Flask views: the site's two inserts without a draft, a seal or a log; the site's own two
statements with nothing around them; and responses as long as a step's, with nothing behind them.

The app is ``benchmarks.bare:app``. It uses the database of DATABASE_URL and the page in the file
BARE_PAGE.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from flask import Flask, Response, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from sqlalchemy.pool import QueuePool
from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired

from app.applications.finished_draft import READ_DRAFT
from app.applications.submission import SUBMIT
from benchmarks.drafts import statement_values
from benchmarks.sample import ANSWERS, INSERT_APPLICATION, INSERT_EVENT, rows

ONE_STATEMENT = f"WITH application AS ({INSERT_APPLICATION}) {INSERT_EVENT}"

ETAG = "bare"
PAGE = Path(os.environ["BARE_PAGE"]).read_bytes() if "BARE_PAGE" in os.environ else b""

app = Flask(__name__)
app.secret_key = "a benchmark's"  # noqa: S105 - it signs nothing else
pool = QueuePool(lambda: psycopg.connect(os.environ["DATABASE_URL"]), pool_size=8)  # type: ignore[arg-type]


class ConsentForm(FlaskForm):
    """A form with as much to validate as the site's last page."""

    draft_version = HiddenField()
    consent = BooleanField(validators=[DataRequired()])


@app.get("/page")
def page() -> ResponseReturnValue:
    """The bytes of a step's page, as they were sent over the wire."""
    return Response(PAGE, mimetype="text/html", headers={"Content-Encoding": "br"})


@app.get("/page-with-a-tag")
def page_with_a_tag() -> ResponseReturnValue:
    """The same with an ETag, in the way of Flask's documentation."""
    response = Response(PAGE, mimetype="text/html", headers={"Content-Encoding": "br"})
    response.set_etag(ETAG)
    return response.make_conditional(request)


@app.post("/saved")
def saved() -> ResponseReturnValue:
    """The response of an autosave; the form is read, and nothing is stored."""
    return "Saved\n" if request.form else abort(400)


@app.post("/two-statements")
def two_statements() -> ResponseReturnValue:
    return insert_twice()


@app.post("/form-and-two-statements")
def form_and_two_statements() -> ResponseReturnValue:
    """The same behind Flask-WTF and a signed session, to show what these cost."""
    check_form()
    return insert_twice()


def check_form() -> None:
    if not ConsentForm().validate() or "draft" not in session:
        abort(400)


def insert_twice() -> ResponseReturnValue:
    values = rows({**ANSWERS, "consent": request.form["consent"]})
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
    """The least that a durable POST can cost: one round trip that commits."""
    values = rows({**ANSWERS, "consent": request.form["consent"]})
    with autocommit() as connection:
        connection.execute(ONE_STATEMENT, values)
    return redirect("/", 303)


@app.post("/form-and-the-sites-statements")
def form_and_the_sites_statements() -> ResponseReturnValue:
    """A session, a form, and the two statements of a submit, without its checks and encryption."""
    check_form()
    values = statement_values(request.form["draft"], request.form["questions_version"])
    with autocommit() as connection:
        for statement in (READ_DRAFT, SUBMIT):
            if connection.execute(statement, values).rowcount == 0:
                abort(409)
    return redirect("/", 303)


@contextmanager
def autocommit() -> Iterator[psycopg.Connection]:
    """A pooled connection in autocommit mode, which is reset at the end."""
    pooled = pool.connect()
    connection = cast(psycopg.Connection, pooled.dbapi_connection)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.autocommit = False
        pooled.close()


def cookie_and_token() -> tuple[str, str]:
    """The cookie and the CSRF token of a browser that may send the form."""
    with app.test_request_context():
        token = generate_csrf()
        session["draft"] = "00000000-0000-0000-0000-000000000000"
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return f"session={signer.dumps(dict(session))}", token
