"""The supervisor restarts processes that end, says so, and stops them in reverse order."""

from collections.abc import Callable
from pathlib import Path

import pytest

import local.supervisor
from local.process import Process
from local.supervisor import Supervisor


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.supervisor, "POLL", 0.01)
    monkeypatch.setattr(local.supervisor, "FIRST_PAUSE", 0.01)


@pytest.fixture
def announcing(tmp_path: Path) -> Callable[[str, str], Process]:
    """A process that notes its start and its stop in the file ``told`` and runs the given
    script."""

    def announcing(name: str, then: str) -> Process:
        told = tmp_path / "told"
        script = f"trap 'echo -{name} >> {told}; exit' TERM; echo +{name} >> {told}; {then}"
        return Process(
            name,
            ["/bin/sh", "-c", script],
            log=tmp_path / f"{name}.log",
            ready=lambda: told.exists() and f"+{name}" in told.read_text(),
        )

    return announcing


def test_a_process_that_ends_is_restarted_after_ever_longer_pauses(
    tmp_path: Path, announcing: Callable[[str, str], Process]
) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 3:
            raise KeyboardInterrupt

    supervisor = Supervisor(say)
    supervisor.start(announcing("brief", "exit 7"))
    with pytest.raises(KeyboardInterrupt):
        supervisor.watch()
    supervisor.stop()
    assert (tmp_path / "told").read_text().count("+brief") == 3
    for line, pause in zip(said, ("0.01", "0.02", "0.04"), strict=True):
        assert line.startswith(f"brief ended (exit code 7) and is started again in {pause} s;")


def test_groups_are_stopped_in_reverse_order(
    tmp_path: Path, announcing: Callable[[str, str], Process]
) -> None:
    supervisor = Supervisor(print)
    stay = "while :; do sleep 0.02; done"
    supervisor.start(announcing("database", stay))
    supervisor.start(announcing("site", stay))
    supervisor.stop()
    told = (tmp_path / "told").read_text().split()
    assert told == ["+database", "+site", "-site", "-database"]
