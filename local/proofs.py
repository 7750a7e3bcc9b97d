"""`make proofs`: run the tests behind the articles' marked sentences, and note which held.

The pages show that note, proofs.json beside the articles.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec

from app.content.texts.proofs import Run, load_proofs, version_of
from config import ROOT
from local.settings import content_folder

WENT_WRONG = {"failure", "error", "skipped"}


def main() -> int:
    folder = content_folder(os.environ) / "articles"
    proofs = load_proofs(folder).by_key.values()
    if not proofs:
        print("There is no sentence to prove: proofs.toml is missing or empty.")
        return 0
    passed = run_tests({proof.test for proof in proofs})
    held = {proof.key: proof.test in passed for proof in proofs}
    note(Run(datetime.now(UTC).replace(microsecond=0), version_of(ROOT), held), folder)
    for proof in proofs:
        print(f"{'holds' if held[proof.key] else 'DOES NOT HOLD':14} {proof.says}")
    return int(not all(held.values()))


def run_tests(tests: Iterable[str]) -> set[str]:
    """Which of these tests passed; a parametrised one has to pass with every parameter."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [*(sys.executable, "-m", "pytest", "--quiet"), f"--junit-xml={report.name}"]
        subprocess.run([*command, *sorted(tests)], cwd=ROOT, check=False)
        cases = list(ET.parse(report.name).iter("testcase"))
    wrong = {test_of(case) for case in cases if WENT_WRONG & {part.tag for part in case}}
    return {test_of(case) for case in cases} - wrong


def test_of(case: ET.Element) -> str:
    file = case.attrib["classname"].replace(".", "/")
    return f"{file}.py::{case.attrib['name'].partition('[')[0]}"


def note(run: Run, folder: Path) -> None:
    text = msgspec.json.format(msgspec.json.encode(run), indent=2)
    (folder / "proofs.json").write_bytes(text + b"\n")


if __name__ == "__main__":
    sys.exit(main())
