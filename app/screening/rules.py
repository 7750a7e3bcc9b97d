"""The rules, as data (content/screening.toml): a sentence for each signal, and which of them hold a
submission."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Literal, cast, get_args

from flask import current_app
from msgspec import Struct

from app.platform.data_files import DataFileError, read_data

SignalName = Literal[
    "trap_filled",
    "too_fast",
    "many_from_address",
    "many_by_email",
    "disposable_address",
    "same_text",
]
SIGNAL_NAMES: Final[tuple[SignalName, ...]] = get_args(SignalName)

# The question whose answers `same_text` compares.
COMPARED: Final = "problem"

Signals = dict[str, str]
"""The signals that were found, by name, each with the reference that it points to, or ""."""


class Signal(Struct, frozen=True, forbid_unknown_fields=True):
    """The sentence that a signal shows to staff; ``{reference}`` in it is another application's."""

    name: SignalName
    says: str


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """``hold_when`` are sets of signals: a submission that has all of one set is held."""

    hold_when: tuple[tuple[SignalName, ...], ...]
    signals: tuple[Signal, ...]

    def hold(self, found: Collection[str]) -> bool:
        """Whether these signals hold a submission. One more signal never releases it."""
        return any(set(together) <= set(found) for together in self.hold_when)

    def sentences(self, found: Mapping[str, str]) -> list[str]:
        """The sentences of these signals, in the order of the file."""
        return [
            signal.says.replace("{reference}", found[signal.name])
            for signal in self.signals
            if signal.name in found
        ]


def current_rules() -> Rules:
    """Return the rules of the running app."""
    return cast(Rules, current_app.extensions["screening"])


def load_rules(path: Path) -> Rules:
    """Read and check the rules. Raises DataFileError with a sentence that names the place."""
    rules = read_data(path, Rules)
    if sorted(signal.name for signal in rules.signals) != sorted(SIGNAL_NAMES):
        raise DataFileError(path, f"The signals must be {', '.join(SIGNAL_NAMES)}, each once.")
    if not all(rules.hold_when):
        raise DataFileError(path, "An empty set in hold_when would hold every submission.")
    return rules


def check_questions(path: Path, rules: Rules, keys: Collection[str]) -> None:
    """Raises DataFileError if a set in hold_when is never found: the form asks no such question."""
    if COMPARED not in keys and any("same_text" in together for together in rules.hold_when):
        raise DataFileError(
            path,
            f"The signal 'same_text' in hold_when compares answers to the question '{COMPARED}',"
            " which questions.toml does not have.",
        )
