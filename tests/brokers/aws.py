"""moto, a server that stands in for Amazon EventBridge, SQS and S3."""

import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from local.ports import HOST, answers, free_port
from local.process import Process
from tests.faults.wire import Wire

REGION = "eu-west-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "NO_PROXY": HOST,
    "no_proxy": HOST,
}


class Aws:
    """The server; clients reach it through ``wire``, which a test may break."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.endpoint = f"http://{HOST}:{wire.port}"

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint)

    def make_bucket(self) -> str:
        """Make an empty bucket; return its address for UPLOADS_URL."""
        bucket = f"uploads-{secrets.token_hex(4)}"
        where = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        return f"s3://{bucket}?region={REGION}&endpoint={self.endpoint}"

    def make_bus(self, name: str) -> str:
        """Make a bus whose events all go to a queue of the same name; return the name."""
        events, queues = self.client("events"), self.client("sqs")
        url = queues.create_queue(QueueName=name)["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        events.create_event_bus(Name=name)
        everything = json.dumps({"source": [{"prefix": ""}]})
        events.put_rule(Name=name, EventBusName=name, EventPattern=everything)
        target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
        events.put_targets(Rule=name, EventBusName=name, Targets=[target])
        return name

    def read(self, name: str) -> list[dict[str, Any]]:
        """What the bus has put into its queue, oldest first."""
        queues = self.client("sqs")
        url = queues.get_queue_url(QueueName=name)["QueueUrl"]
        seen: list[dict[str, Any]] = []
        while found := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            seen += [json.loads(message["Body"]) for message in found]
        return seen

    def seen(self, name: str) -> list[tuple[str, int]]:
        """The stream and version of each event on the bus."""
        details = [message["detail"] for message in self.read(name)]
        return [(detail["subject"], int(detail["sequence"])) for detail in details]


@contextmanager
def temporary_aws() -> Iterator[Aws]:
    """An empty server behind a wire, removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="aws-"))
    port = free_port()
    process = Process(
        "moto",
        [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)],
        log=directory / "moto.log",
        ready=lambda: answers(port),
        ready_within=120,
    )
    try:
        process.start()
        with Wire(port, latency=0.1) as wire:
            yield Aws(wire)
    finally:
        process.stop()
        shutil.rmtree(directory)
