"""`python -m local.schemas` lands the schemas of the declared events: it writes what is new into
``schemas/``, and never takes back what readers may already rely on."""

import json
import sys
from pathlib import Path

from app.api.schemas import LANDED, schema_file
from app.events.contract.schema import is_compatible, json_schema
from app.events.types import declared_events


class SchemaBroken(Exception):
    """A landed schema has changed so that its readers would fail: it needs a new version."""


def land_schemas(folder: Path = LANDED) -> list[Path]:
    """Write each new type, new version and compatible change, and return the files.

    Raises SchemaBroken, before anything is written, if a declaration breaks a landed schema.
    """
    # Importing the package `app` imports every domain, and so declares its events.
    present = {
        schema_file(name, declared.schema_version, folder): json_schema(declared, "")
        for name, declared in sorted(declared_events().items())
    }
    for file, schema in present.items():
        if file.exists() and not is_compatible(json.loads(file.read_text()), schema):
            raise SchemaBroken(
                f"{file.name} has landed, and its declaration no longer fits. Give the type a new"
                " version and an @upcast from this one: CONTRIBUTING.md, How to change an event."
            )
    texts = {file: json.dumps(schema, indent=2) + "\n" for file, schema in present.items()}
    new = [file for file, text in texts.items() if not file.exists() or file.read_text() != text]
    for file in new:
        file.write_text(texts[file])
    return new


if __name__ == "__main__":
    try:
        for written in land_schemas():
            print(f"Written: {written.name}")
    except SchemaBroken as broken:
        sys.exit(str(broken))
