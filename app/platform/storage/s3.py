"""Files in a bucket of S3, or of anything that speaks its protocol."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError

from app.platform.storage.protocol import FileMissing, StorageUnavailable, id_in

NOT_THERE = {"NoSuchKey", "404"}


class S3Storage:
    """One object per id; its key is the ``prefix`` and the id. Credentials come from AWS's own
    variables and roles."""

    def __init__(
        self, bucket: str, prefix: str, *, region: str, endpoint: str | None = None
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._client: Any = boto3.client(
            "s3",
            region_name=region,
            endpoint_url=endpoint,
            config=ClientConfig(
                connect_timeout=3,
                read_timeout=10,
                retries={"total_max_attempts": 2, "mode": "standard"},
                # Other servers than AWS's may lack host names per bucket, and the newer checksums.
                s3={"addressing_style": "path" if endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, file_id: uuid.UUID, file: BinaryIO) -> None:
        """One request, which reads the file in pieces; an object appears whole or not at all."""
        with _failing_as_unavailable():
            self._client.put_object(Bucket=self._bucket, Key=self._key(file_id), Body=file)

    def open(self, file_id: uuid.UUID) -> BinaryIO:
        with _failing_as_unavailable():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._key(file_id))
            except ClientError as error:
                if error.response["Error"]["Code"] in NOT_THERE:
                    raise FileMissing(file_id) from error
                raise
        body: BinaryIO = found["Body"]
        return body

    def delete(self, file_id: uuid.UUID) -> None:
        with _failing_as_unavailable():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(file_id))

    def files(self) -> Iterator[tuple[uuid.UUID, datetime]]:
        pages = self._client.get_paginator("list_objects_v2")
        with _failing_as_unavailable():
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for found in page.get("Contents", ()):
                    # Some are not ours, such as the marker that AWS's console makes for a folder.
                    if file_id := id_in(found["Key"].removeprefix(self._prefix)):
                        yield file_id, found["LastModified"]

    def _key(self, file_id: uuid.UUID) -> str:
        return f"{self._prefix}{file_id}"


@contextmanager
def _failing_as_unavailable() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise StorageUnavailable(error.response["Error"]["Code"]) from error
    except BotoCoreError as error:
        raise StorageUnavailable(type(error).__name__) from error
