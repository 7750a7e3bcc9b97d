"""The published schemas: the present version as it is declared, an older one as it landed.

``schemas/`` has every version that has landed. `make schemas` adds to it, and
`tests/repository/test_landed_schemas.py` keeps it in step with the declarations.
"""

import json
from pathlib import Path

from app.events.contract.cloudevents import schema_address
from app.events.contract.schema import Schema, json_schema
from app.events.types import declared_events
from config import ROOT

LANDED = ROOT / "schemas"


def schema_file(event_type: str, version: int, folder: Path = LANDED) -> Path:
    return folder / f"{event_type}.v{version}.json"


def find_schema(event_type: str, version: int, base_url: str) -> Schema | None:
    """The payload's schema in that version, or None if there has been no such version."""
    declared = declared_events().get(event_type)
    if declared is None or not 1 <= version <= declared.schema_version:
        return None
    if version == declared.schema_version:
        return json_schema(declared, base_url)
    landed = json.loads(schema_file(event_type, version).read_text())
    return {**landed, "$id": schema_address(event_type, version, base_url)}
