"""A folder and a bucket keep the same promises."""

import io
import tracemalloc
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.attachments.sniffing import sniff
from app.platform.storage.address import open_storage
from app.platform.storage.protocol import FileMissing, Storage, StorageUnavailable
from config import ConfigurationError
from tests.brokers.aws import REGION, Aws
from tests.faults.wire import State
from tests.sample_files import png_of


@pytest.fixture(params=["folder", "bucket"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty storage of each kind."""
    if request.param == "folder":
        return (tmp_path / "uploads").as_uri()
    return request.getfixturevalue("aws").make_bucket()


@pytest.fixture
def storage(address: str) -> Storage:
    return open_storage(address)


@pytest.fixture
def put_by_hand(address: str, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Put a file of that name among the site's, bypassing the site."""
    place = urlsplit(address)

    def put_by_hand(name: str) -> None:
        if place.scheme == "file":
            Path(place.path).mkdir(exist_ok=True)
            (Path(place.path) / name).write_bytes(b"left alone")
        else:
            client = request.getfixturevalue("aws").client("s3")
            client.put_object(Bucket=place.netloc, Key=f"attachments/{name}", Body=b"left alone")

    return put_by_hand


@pytest.mark.parametrize("size", [100, 10 * 1024 * 1024])
def test_a_stored_file_is_read_back_unchanged(storage: Storage, size: int) -> None:
    file_id, content = uuid.uuid4(), png_of(size)
    storage.put(file_id, io.BytesIO(content))
    with storage.open(file_id) as file:
        assert file.read() == content
    [(found, written_at)] = storage.files()
    assert found == file_id
    assert abs(datetime.now(UTC) - written_at) < timedelta(minutes=1)


def test_a_deleted_file_is_gone_and_may_be_deleted_again(storage: Storage) -> None:
    file_id, other = uuid.uuid4(), uuid.uuid4()
    for one in (file_id, other):
        storage.put(one, io.BytesIO(b"content"))
    storage.delete(file_id)
    storage.delete(file_id)
    with pytest.raises(FileMissing):
        storage.open(file_id)
    assert [found for found, _ in storage.files()] == [other]


def test_a_large_file_is_never_held_in_memory_as_a_whole(storage: Storage, tmp_path: Path) -> None:
    large, file_id = tmp_path / "large", uuid.uuid4()
    large.write_bytes(png_of(10 * 2**20))
    tracemalloc.start()
    try:
        with large.open("rb") as file:
            sniff(file)
            storage.put(file_id, file)
        with storage.open(file_id) as kept:
            while kept.read(64 * 1024):
                pass
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * 2**20


def test_an_empty_storage_lists_no_files(storage: Storage) -> None:
    assert list(storage.files()) == []


@pytest.mark.parametrize("name", ["not-a-file-of-ours", str(uuid.UUID(int=2**128 - 1)).upper()])
def test_a_file_that_is_not_ours_is_not_listed(
    storage: Storage, put_by_hand: Callable[[str], None], name: str
) -> None:
    file_id = uuid.uuid4()
    put_by_hand(name)
    storage.put(file_id, io.BytesIO(b"content"))
    assert [found for found, _ in storage.files()] == [file_id]


def test_the_object_that_marks_a_folder_in_a_bucket_is_not_listed(aws: Aws) -> None:
    address = aws.make_bucket()
    aws.client("s3").put_object(Bucket=urlsplit(address).netloc, Key="attachments/")
    assert list(open_storage(address).files()) == []


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    """Otherwise the ledger would seem to say that nobody was ever erased, and every file would be
    reported lost each night. A loop of links stands in for missing rights, which root always
    has."""
    folder = tmp_path / "uploads"
    storage = open_storage(folder.as_uri())
    folder.symlink_to(folder)
    with pytest.raises(StorageUnavailable, match=r"^OSError \(ELOOP\)$"):
        list(storage.files())


class TornFile(io.BytesIO):
    """A file that can be read only halfway."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError("torn")
        return super().read(10)


def test_an_upload_that_breaks_off_leaves_no_partial_file(tmp_path: Path) -> None:
    storage = open_storage(tmp_path.as_uri())
    file_id = uuid.uuid4()
    with pytest.raises(StorageUnavailable):
        storage.put(file_id, TornFile(b"x" * 100))
    assert list(tmp_path.iterdir()) == []


def test_a_partial_file_of_a_process_that_died_is_listed_and_can_be_deleted(tmp_path: Path) -> None:
    storage = open_storage(tmp_path.as_uri())
    file_id = uuid.uuid4()
    (tmp_path / f"{file_id}.part").write_bytes(b"half")
    assert [found for found, _ in storage.files()] == [file_id]
    with pytest.raises(FileMissing):
        storage.open(file_id)
    storage.delete(file_id)
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_be_deleted_while_the_files_are_listed(storage: Storage) -> None:
    files = {uuid.uuid4(), uuid.uuid4()}
    for one in files:
        storage.put(one, io.BytesIO(b"content"))
    listing = storage.files()
    first, _ = next(listing)
    for one in files:
        storage.delete(one)
    assert {first, *(found for found, _ in listing)} <= files


def test_nobody_else_on_the_machine_can_look_into_the_folder(tmp_path: Path) -> None:
    open_storage((tmp_path / "uploads").as_uri()).put(uuid.uuid4(), io.BytesIO(b"x"))
    assert (tmp_path / "uploads").stat().st_mode & 0o077 == 0


CALLS: dict[str, Callable[[Storage], object]] = {
    "put": lambda storage: storage.put(uuid.uuid4(), io.BytesIO(b"x")),
    "open": lambda storage: storage.open(uuid.uuid4()),
    "delete": lambda storage: storage.delete(uuid.uuid4()),
    "files": lambda storage: list(storage.files()),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_missing_bucket_is_reported_by_its_error_code(
    aws: Aws, call: Callable[[Storage], object]
) -> None:
    storage = open_storage(f"s3://nothing?region={REGION}&endpoint={aws.endpoint}")
    with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
        call(storage)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_server_that_is_away_is_reported_without_its_address(
    aws: Aws, call: Callable[[Storage], object]
) -> None:
    storage = open_storage(aws.make_bucket())
    aws.wire.become(State.REFUSED)
    with pytest.raises(StorageUnavailable, match=r"^\w+Error$"):
        call(storage)


@pytest.mark.parametrize(
    "url",
    [
        "uploads",
        "file://host/uploads",
        "file:///",
        "file:uploads",
        "file:./uploads",
        "file://uploads",
        "file:////",
        "file:///uploads?region=eu-west-1",
        "file:///upl#ads",
        "file:///up%00loads",
        Path(__file__).as_uri(),
        f"{Path(__file__).as_uri()}/uploads",
        "ftp://host/uploads",
        "s3://[bucket",
        "s3://bucket",
        "s3://Bucket?region=eu-west-1",
        "s3://bucket?region=EU",
        "s3://bucket?region=eu-west-1&endpoint=host",
        "s3://bucket?region=eu-west-1&endpoint=https://",
        "s3://bucket?region=-",
        "s3://bucket?region=eu-west-1&key=secret",
        "s3://bucket/folder?region=eu-west-1",
    ],
)
def test_a_wrong_storage_address_stops_the_start_with_a_reason(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^UPLOADS_URL .*\.$") as wrong:
        open_storage(url)
    assert "secret" not in str(wrong.value)
