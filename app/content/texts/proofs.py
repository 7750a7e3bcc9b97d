"""Proofs: sentences in the articles about this site's own code, each proved by a test.

An author marks one as a link, ``[changes nothing](proof:repeat-changes-nothing)``; proofs.toml
names the test. `make proofs` runs the tests and writes the results to proofs.json.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from app.content.texts.typography import typeset
from app.platform.data_files import DataFileError, read_data, read_text
from config import ROOT

SCHEME: Final = "proof:"
# The code that a sentence may rest on. Migrations are included for the database's functions.
CODE: Final = (
    "app/**/*.py",
    "config.py",
    "config_checks.py",
    "config_local.py",
    "migrations/**/*.py",
    "wsgi.py",
    "requirements.txt",
)
VERSION_LETTERS: Final = 12

State = Literal["held", "broken", "open"]


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line that makes the sentence true: if ``code`` in ``file`` is replaced by ``without``,
    the test fails."""

    file: str
    code: str
    without: str


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One proof. ``says`` is the whole sentence, ``test`` the pytest id of its test."""

    key: str
    says: str
    test: str
    guard: Guard

    @property
    def test_name(self) -> str:
        """The test's name as a sentence."""
        return self.test.rpartition("::test_")[2].replace("_", " ")


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last run of the tests: when, at which version of the code, and what held."""

    at: datetime
    version: str
    held: Mapping[str, bool]


class ProofFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    proofs: tuple[Proof, ...]


class Proofs(msgspec.Struct, frozen=True):
    """All proofs by key, and their last run; ``run`` is None if they have never been run."""

    by_key: Mapping[str, Proof]
    run: Run | None

    def state(self, key: str) -> State:
        """Whether it held in the last run; open if that did not include it."""
        held = self.run.held.get(key) if self.run else None
        if held is None:
            return "open"
        return "held" if held else "broken"

    @property
    def is_of_this_code(self) -> bool:
        """Whether the last run was of exactly the code that is running."""
        return self.run is not None and self.run.version == version_of(ROOT)


NO_PROOFS: Final = Proofs({}, None)


def load_proofs(folder: Path) -> Proofs:
    """Read proofs.toml and proofs.json in ``folder``; each may be missing. Raises DataFileError."""
    declared, noted = folder / "proofs.toml", folder / "proofs.json"
    proofs = read_data(declared, ProofFile).proofs if declared.exists() else ()
    try:
        run = msgspec.json.decode(read_text(noted), type=Run) if noted.exists() else None
    except msgspec.DecodeError as error:
        raise DataFileError(noted, str(error)) from error
    return Proofs({proof.key: replace(proof, says=typeset(proof.says)) for proof in proofs}, run)


@cache
def version_of(root: Path) -> str:
    """The version of the code under ``root``: a digest of every file's path and text."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in CODE for file in root.glob(pattern)):
        digest.update(f"{file.relative_to(root)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:VERSION_LETTERS]
