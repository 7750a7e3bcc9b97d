"""What texts can refer to: diagrams, topics, proofs. Their files can have faults themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from app.content.texts.diagrams import read_diagrams
from app.content.texts.faults import Fault, collecting
from app.content.texts.proofs import NO_PROOFS, Proofs, load_proofs
from app.platform.data_files import read_data


class Known(msgspec.Struct, frozen=True):
    """``diagrams`` has the SVG of each file name. A field is None if its own file is faulty; texts
    that refer to it are then not reported."""

    diagrams: Mapping[str, str] | None
    topics: tuple[str, ...] | None
    proofs: Proofs | None


NOTHING: Final = Known({}, (), NO_PROOFS)


class Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topics that articles can have (topics.toml), so that each has one spelling."""

    topics: tuple[str, ...] = ()


def read_known(folder: Path, faults: list[Fault]) -> Known:
    """What the articles in ``folder`` can refer to; faults in it are added to ``faults``."""
    diagrams = topics = proofs = None
    with collecting(faults):
        diagrams = read_diagrams(folder / "diagrams")
    with collecting(faults):
        topics = read_topics(folder / "topics.toml")
    with collecting(faults):
        proofs = load_proofs(folder)
    return Known(diagrams, topics, proofs)


def read_topics(path: Path) -> tuple[str, ...]:
    """The topics; none if there is no file. Raises DataFileError."""
    return read_data(path, Topics).topics if path.exists() else ()
