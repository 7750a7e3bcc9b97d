"""The application that every contestant stores: one that `make demo` sends too."""

import secrets
import tomllib
import uuid
from typing import Any

import msgspec

from local.process import ROOT

_DEMO = ROOT / "local" / "demo_applications.toml"
ANSWERS: dict[str, Any] = tomllib.loads(_DEMO.read_text())["applications"][0]
QUESTIONS_VERSION = "benchmark"


def application_row(answers: dict[str, Any]) -> dict[str, Any]:
    """The columns of an application, as long as the site's own."""
    return {
        "id": uuid.uuid4(),
        "draft_id": uuid.uuid4(),
        "body_hash": secrets.token_hex(32),
        "reference": f"CE-{secrets.token_hex(2)}-{secrets.token_hex(2)}",
        "access_token": secrets.token_urlsafe(24),
        "name": answers["name"],
        "email": answers["email"],
        "company": answers["company"],
        "answers": msgspec.json.encode(answers).decode(),
        "questions_version": QUESTIONS_VERSION,
    }
