from pathlib import Path

import msgspec
import pytest

from app.platform.data_files import DataFileError, read_data


class Bell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tone: str
    weight: int = 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "content" / "bell.toml"


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_data_file_becomes_its_struct(path: Path) -> None:
    assert read_data(write(path, b'tone = "C\xe2\x99\xaf"\nweight = 3'), Bell) == Bell("C♯", 3)


def test_a_wrong_type_is_refused_with_the_file_and_the_place(path: Path) -> None:
    with pytest.raises(DataFileError) as caught:
        read_data(write(path, b'tone = "C"\nweight = "3"'), Bell)
    assert str(caught.value) == "content/bell.toml: Expected `int`, got `str` - at `$.weight`"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'tone = "C"\nwieght = 3', "unknown field `wieght`"),
        (b"weight = 3", "missing required field `tone`"),
        (b"tone = ", "Invalid value"),
        (b'tone = "\xff"', "not UTF-8"),
    ],
)
def test_a_file_that_does_not_match_its_declaration_is_refused(
    path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(DataFileError, match=f"content/bell.toml: .*{words}"):
        read_data(write(path, content), Bell)


def test_a_byte_order_mark_is_not_part_of_the_text(path: Path) -> None:
    assert read_data(write(path, b'\xef\xbb\xbftone = "C"'), Bell) == Bell("C")


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(DataFileError, match=r"content/bell.toml: The file can't be read"):
        read_data(path, Bell)
