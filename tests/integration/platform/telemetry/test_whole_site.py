"""One real submission through every process: what it leaves at the collector and in the logs."""

import re
import urllib.request
from collections.abc import Iterator

import pytest

from local.postgres import Postgres
from local.redis import Redis
from tests.collector import Collector, Received
from tests.prospects import make_prospects, post
from tests.site import Site, eventually, prepared_site

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OUTER = "00f067aa0ba902b7"
CANARIES = {
    "name": "Canary Nameson",
    "company": "Canary Works",
    "email": "canary@canary.example",
    "problem": "Canaries overwrite each other when two of them sing at once.",
}
LOGGED_TRACE = "0af7651916cd43dd8448eb211c80319c"
# What each process logs about a submission.
TOLD_BY = {
    "web": {"request"},
    "relay": {"relay.relayed"},
    "worker": {"delivery.done", "mail.sent"},
}
TOLD = re.compile(r"\] (request|(?:relay|delivery|mail)\.[a-z_]+) ")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def site(postgres: Postgres, redis_server: Redis, collector: Collector) -> Iterator[Site]:
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_SERVICE_NAME": "the-firm",
        "TRUSTED_PROXIES": "1",
    }
    with prepared_site(postgres, redis_server, settings) as site:
        site.start()
        yield site


def is_whole(collector: Collector) -> bool:
    """Whether both mails have spans, every span's parent has arrived, and the relay names every
    event; each process sends its spans in its own time."""
    ours = [span for span in list(collector.spans) if span.trace_id == TRACE]
    events = {(span.trace_id, span.span_id) for span in ours if span.name.startswith("record ")}
    linked = {link for span in collector.named("relay events") for link in span.links}
    return (
        {"send mail received", "send mail new_application"} <= {span.name for span in ours}
        and {span.parent_id for span in ours} <= {OUTER, *(span.span_id for span in ours)}
        and events <= linked
    )


def in_the_tree(spans: list[Received]) -> dict[str, list[str]]:
    """Each span's name with those from it up to the root; raises KeyError for a missing parent."""
    by_id = {span.span_id: span for span in spans}
    paths: dict[str, list[str]] = {}
    for span in spans:
        path = [span.name]
        at = span
        while at.parent_id != OUTER:
            at = by_id[at.parent_id]
            path.append(at.name)
        paths[span.name] = path
    return paths


def submit(site: Site, trace: str) -> str:
    """Make one submission in that trace and wait for its two mails. Returns the token of the
    prospect's page."""
    site.sink.reset()
    (prospect,) = make_prospects(site, 1, **CANARIES)
    parent = f"00-{trace}-{OUTER}-01"
    answer = post(site, "/apply/submit", prospect.cookie, prospect.fields, traceparent=parent)
    assert answer.token
    eventually(lambda: len(site.sink.mails) == 2)
    return answer.token


def test_a_submission_is_one_tree_of_spans_from_the_request_to_the_mail(
    site: Site, collector: Collector
) -> None:
    token = submit(site, TRACE)
    eventually(lambda: is_whole(collector))
    ours = [span for span in collector.spans if span.trace_id == TRACE]
    paths = in_the_tree(ours)
    request = "POST /apply/submit"
    submitted = ["record application.submitted", request]
    assert paths[request] == [request]
    assert paths["send mail new_application"] == [
        "send mail new_application",
        "write mail new_application",
        "deliver notifications.alert_staff",
        "record engagement.proposed",
        "deliver engagements.propose_engagement",
        "record application.scored",
        "deliver scoring.score_fit",
        *submitted,
    ]
    assert paths["send mail received"] == [
        "send mail received",
        "write mail received",
        "deliver notifications.confirm_receipt",
        *submitted,
    ]
    assert {span.service for span in collector.spans} == {"the-firm"}
    told = b"".join(collector.bodies)
    for secret in (*CANARIES.values(), token, "staff@"):
        assert secret.encode() not in told
    assert b"application.submitted" in told


def test_one_correlation_id_runs_through_every_log_and_none_has_personal_data(
    site: Site,
) -> None:
    before = {name: len(site.log(name)) for name in site.processes}
    token = submit(site, LOGGED_TRACE)
    eventually(lambda: site.log("worker")[before["worker"] :].count("mail.sent") == 2)
    for name, begin in before.items():
        log = site.log(name)[begin:]
        lines = {line: told[1] for line in log.splitlines() if (told := TOLD.search(line))}
        assert set(lines.values()) >= TOLD_BY.get(name, set())
        assert [line for line in lines if LOGGED_TRACE not in line] == []
        for secret in (*CANARIES.values(), token, "staff@"):
            assert secret not in log


def test_a_process_sends_its_remaining_spans_before_it_ends(
    site: Site, collector: Collector
) -> None:
    with urllib.request.urlopen(f"{site.url}/articles/") as answer:
        trace = answer.headers["X-Request-ID"]
    site.stop("web")
    assert trace in {span.trace_id for span in collector.named("GET /articles/")}
