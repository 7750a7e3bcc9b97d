"""What the texts can name: diagrams, topics, proofs. Each is a file, which can be wrong itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from app.content.texts.diagrams import read_diagrams
from app.content.texts.faults import Fault, collecting
from app.content.texts.proofs import NO_PROOFS, Proofs, load_proofs
from app.data_files import read_data


class Known(msgspec.Struct, frozen=True):
    """``diagrams`` holds the SVG of each file name. What is wrong itself is None: nothing is said
    of the texts that name it."""

    diagrams: Mapping[str, str] | None
    topics: tuple[str, ...] | None
    proofs: Proofs | None


NOTHING: Final = Known({}, (), NO_PROOFS)


class Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What articles can be about (topics.toml), so that each topic has one spelling."""

    topics: tuple[str, ...] = ()


def read_known(folder: Path, faults: list[Fault]) -> Known:
    """What the articles in ``folder`` can name; what is wrong there is added to ``faults``."""
    diagrams = topics = proofs = None
    with collecting(faults):
        diagrams = read_diagrams(folder / "diagrams")
    with collecting(faults):
        topics = read_topics(folder / "topics.toml")
    with collecting(faults):
        proofs = load_proofs(folder)
    return Known(diagrams, topics, proofs)


def read_topics(path: Path) -> tuple[str, ...]:
    """The topics, where there are any. Raises DataFileError."""
    return read_data(path, Topics).topics if path.exists() else ()
