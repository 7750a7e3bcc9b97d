"""A schema that has landed is a promise to its readers: `schemas/` holds each, and the declarations
keep to them. `make schemas` writes new ones there. Whether a file was deleted or rewritten is read
from the history of the repository, where there is one."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.api.schemas import LANDED, schema_file
from app.events import types
from app.events.contract.schema import Schema, is_compatible, json_schema
from app.events.types import Event, declared_events, event
from config import ROOT
from local.schemas import SchemaBroken, land_schemas


class Left(Event, frozen=True):
    """Somebody left."""


FILE_NAME = re.compile(r"(?P<name>[a-z_.]+)\.v(?P<version>\d+)\.json")


def test_no_landed_schema_has_changed_without_a_new_version() -> None:
    for name, declared in declared_events().items():
        file = schema_file(name, declared.schema_version)
        assert file.exists(), f"{name} is new in this version: `make schemas`, and commit its file."
        landed, present = json.loads(file.read_text()), json_schema(declared, "")
        assert is_compatible(landed, present), (
            f"{file.name} has landed, and {name} no longer fits it. Put the fields back, or raise"
            " the version and add an @upcast: CONTRIBUTING.md, How to change an event."
        )
        assert landed == present, f"{name} has a compatible change: `make schemas`, and commit it."


def test_no_type_or_version_that_has_landed_is_forgotten() -> None:
    landed = {file.name for file in LANDED.iterdir()}
    declared = {
        schema_file(name, version).name
        for name, one in declared_events().items()
        for version in range(1, one.schema_version + 1)
    }
    assert landed == declared
    assert all(FILE_NAME.fullmatch(name) for name in landed)


def test_every_schema_that_was_ever_committed_is_kept(committed: dict[str, list[Schema]]) -> None:
    assert broken_since(committed, LANDED) == []


def test_a_committed_schema_that_was_deleted_or_rewritten_is_named(
    committed: dict[str, list[Schema]], tmp_path: Path
) -> None:
    shutil.copytree(LANDED, tmp_path, dirs_exist_ok=True)
    changed = schema_file("application.declined", 1, tmp_path)
    schema = json.loads(changed.read_text())
    schema["properties"]["message"]["type"] = "integer"
    changed.write_text(json.dumps(schema))
    gone = schema_file("application.submitted", 1, tmp_path)
    gone.unlink()
    assert broken_since(committed, tmp_path) == [changed.name, gone.name]


@pytest.fixture(scope="module")
def committed() -> dict[str, list[Schema]]:
    """Every schema in the repository's history, by file name."""
    if not (ROOT / ".git").exists():
        pytest.skip("The history is not here.")
    found: dict[str, list[Schema]] = {}
    for line in git("rev-list", "--objects", "HEAD", "--", "schemas").splitlines():
        blob, _, path = line.partition(" ")
        if path.endswith(".json"):
            schema = json.loads(git("cat-file", "blob", blob))
            found.setdefault(Path(path).name, []).append(schema)
    assert found
    return found


def git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def broken_since(committed: dict[str, list[Schema]], folder: Path) -> list[str]:
    """The files that are gone, or that are incompatible with an earlier version of themselves."""
    return [
        name
        for name, schemas in sorted(committed.items())
        if not (folder / name).exists()
        or not all(is_compatible(s, json.loads((folder / name).read_text())) for s in schemas)
    ]


def declare_hired(*fields: Any, version: int = 1) -> None:
    """Declare the made-up type ``person.hired`` again, with these fields."""
    types._declared.pop("person.hired", None)
    made: Any = msgspec.defstruct("Hired", fields, bases=(Event,), frozen=True)
    event("person.hired", version=version)(made)


def test_only_new_schemas_are_written(nothing_declared: None, tmp_path: Path) -> None:
    declare_hired(("name", str))
    first = schema_file("person.hired", 1, tmp_path)
    assert land_schemas(tmp_path) == [first]
    assert land_schemas(tmp_path) == []
    declare_hired(("name", str), ("city", str, ""))
    assert land_schemas(tmp_path) == [first]
    landed = first.read_text()
    declare_hired(("given_name", str), version=2)
    assert land_schemas(tmp_path) == [schema_file("person.hired", 2, tmp_path)]
    assert first.read_text() == landed


def test_a_broken_schema_is_refused_and_nothing_is_written(
    nothing_declared: None, tmp_path: Path
) -> None:
    declare_hired(("name", str))
    [file] = land_schemas(tmp_path)
    landed = file.read_text()
    declare_hired(("name", int))
    event("person.left", version=1)(Left)
    with pytest.raises(SchemaBroken, match=r"person\.hired\.v1\.json has landed"):
        land_schemas(tmp_path)
    assert [(one, one.read_text()) for one in tmp_path.iterdir()] == [(file, landed)]
