"""A local run's folder: one run at a time, with private secrets and readable settings."""

import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config import ROOT
from local.state import State, Unusable


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "var")


@pytest.fixture
def held(state: State) -> Iterator[None]:
    with state.held(0, print):
        state.note_holder("mark of the first")
        yield


@pytest.mark.usefixtures("held")
def test_a_second_run_in_the_same_folder_is_told_which_process_has_it(state: State) -> None:
    said: list[str] = []
    with pytest.raises(Unusable, match=f"process {os.getpid()} has"), state.held(0.05, said.append):
        pytest.fail("two runs hold one folder")
    assert len(said) == 1


@pytest.mark.usefixtures("held")
def test_the_process_named_is_the_one_that_took_the_folder_while_the_second_run_waited(
    state: State,
) -> None:
    def another_takes_it(_: str) -> None:
        (state.directory / "run.lock").write_text("4711 mark of another")

    with pytest.raises(Unusable, match="process 4711 has"), state.held(0.05, another_takes_it):
        pytest.fail("two runs hold one folder")


def test_a_folder_that_cannot_be_created_is_reported_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "a_file"
    file.touch()
    with pytest.raises(Unusable, match=f"{file} can't be created: File exists. Set VAR_DIR"):
        State(file).held(0, print).__enter__()


def test_a_folder_that_cannot_be_written_to_is_reported_too(state: State) -> None:
    (state.directory / "run.lock").mkdir(parents=True)
    with pytest.raises(Unusable, match=r"can't be written to: Is a directory\. Set VAR_DIR"):
        state.held(0, print).__enter__()


def test_a_full_disk_is_reported_by_everything_that_writes_to_the_folder(state: State) -> None:
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    with state.held(0, print):
        for note in (
            lambda: state.note_holder("mark"),
            state.secret_key,
            lambda: state.write_settings({"NAME": "value"}),
        ):
            # To the writer, a limit on file size is like a full disk: the system refuses.
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
            try:
                with pytest.raises(Unusable, match=r"can't be written to: File too large\."):
                    note()
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_an_empty_setting_means_the_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", "")
    assert State().directory == ROOT / "var"


def test_the_next_run_learns_the_mark_of_the_previous_one(state: State) -> None:
    with state.held(0, print) as nobody:
        state.note_holder("first mark")
    with state.held(0, print) as earlier:
        pass
    assert (nobody, earlier) == ("", "first mark")


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(state: State) -> None:
    with state.held(0, print):
        key = state.secret_key()
        again = State(state.directory).secret_key()
    assert key == again
    assert len(key) == 64
    assert stat.S_IMODE((state.directory / "secret_key").stat().st_mode) == 0o600


def test_settings_read_back_as_they_were_written(state: State) -> None:
    settings = {"MAIL_FROM": "A\\B's own <hello@firm.example> # not a comment", "PLAIN": "1"}
    with state.held(0, print):
        state.write_settings(settings)
    assert dotenv_values(state.settings_file) == settings
    assert stat.S_IMODE(state.settings_file.stat().st_mode) == 0o600


def test_the_previous_runs_logs_are_kept_beside_the_new_ones(state: State) -> None:
    state.log("web").parent.mkdir(parents=True)
    state.log("web").write_text("old")
    state.rotate_logs()
    assert not state.log("web").exists()
    assert state.log("web").with_name("web.log.1").read_text() == "old"
