"""The two rows that every contestant stores, as long as the site's own."""

import secrets
import tomllib
import uuid
from typing import Any

import msgspec

from config import ROOT

_DEMO = ROOT / "local" / "demo_applications.toml"
ANSWERS: dict[str, Any] = tomllib.loads(_DEMO.read_text())["applications"][0]

# Copies of the site's tables with their indexes and checks, but without the hash chain.
TABLES = """
CREATE TABLE IF NOT EXISTS bare_applications (LIKE applications INCLUDING ALL);
CREATE TABLE IF NOT EXISTS bare_events (LIKE events INCLUDING ALL);
ALTER TABLE bare_events ALTER hash DROP NOT NULL;
"""

INSERT_APPLICATION = """
INSERT INTO bare_applications (id, draft_id, reference, access_token, name, email,
    company, answers, questions_version)
VALUES (%(id)s, %(draft_id)s, %(reference)s, %(access_token)s, %(name)s, %(email)s,
    %(company)s, %(answers)s, %(questions_version)s)
"""

INSERT_EVENT = """
INSERT INTO bare_events (id, stream, version, type, schema_version, data, metadata)
VALUES (%(event_id)s, %(stream)s, 1, 'application.submitted', 1, %(data)s, %(metadata)s)
"""


def rows(answers: dict[str, Any]) -> dict[str, Any]:
    """The values of both rows."""
    application_id = uuid.uuid4()
    columns = {
        "reference": f"CE-{secrets.token_hex(6)}",
        "name": answers["name"],
        "email": answers["email"],
        "company": answers["company"],
        "questions_version": "2026-11",
    }
    metadata = {"actor": "prospect", "correlation_id": uuid.uuid4().hex}
    return {
        **columns,
        "id": application_id,
        "draft_id": uuid.uuid4(),
        "access_token": secrets.token_urlsafe(24),
        "answers": json_text(answers),
        "event_id": uuid.uuid4(),
        "stream": f"application-{application_id}",
        "data": json_text({**columns, "answers": answers}),
        "metadata": json_text(metadata),
    }


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
