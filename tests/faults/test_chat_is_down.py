"""The chat fails, and the worker is killed between the chat's answer and recording it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from local.postgres import Postgres
from local.redis import temporary_redis
from tests.faults.handled import (
    REFERENCE,
    changed,
    locked,
    standing_still,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually, prepared_site
from tests.webhook_receiver import Reply, WebhookReceiver

TABLE = "chat_messages"
MADE = "SELECT count(*) FROM chat_messages"
UNSENT = "SELECT count(*) FROM chat_messages WHERE status <> 'sent'"
STATE = "SELECT coalesce((SELECT state FROM circuits WHERE name = 'chat'), 'closed')"
OPENED = "SELECT count(*) FROM events WHERE type = %s AND stream = 'circuit-chat'"
DUE_NOW = """
UPDATE chat_messages SET not_before = now() WHERE status = 'queued' RETURNING id
"""
# How the outbox would behave if a claimed message counted as sent.
FORGETFUL = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.status := 'sent'; NEW.sent_at := now(); RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE UPDATE ON chat_messages FOR EACH ROW
    WHEN (OLD.status = 'sending' AND NEW.status = 'queued') EXECUTE FUNCTION forget();
"""
CAREFUL = "DROP TRIGGER forget ON chat_messages; DROP FUNCTION forget"


@pytest.fixture(scope="module")
def chat() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as chat:
        yield chat


@pytest.fixture(scope="module")
def site_with_chat(postgres: Postgres, chat: WebhookReceiver) -> Iterator[Site]:
    settings = {"CHAT_WEBHOOK_URL": chat.url, "TRUSTED_PROXIES": "1"}
    with temporary_redis() as redis, prepared_site(postgres, redis, settings) as site:
        yield site


@pytest.fixture
def site(site_with_chat: Site, chat: WebhookReceiver) -> Site:
    """The site with every process running and nothing submitted; the chat accepts everything."""
    site_with_chat.reset()
    chat.released.clear()
    chat.begin_anew()
    return site_with_chat


def heard(chat: WebhookReceiver) -> Counter[str]:
    """How often the channel was told of each new application, by reference."""
    lines = [json.loads(one.body)["text"] for one in chat.received]
    return Counter(REFERENCE.findall(" ".join(line for line in lines if "points:" in line)))


def missing(site: Site, chat: WebhookReceiver) -> set[str]:
    """The references that the channel has not been told of."""
    references = {reference for (reference,) in site.rows("SELECT reference FROM applications")}
    return references - heard(chat).keys()


def test_a_failing_chat_delays_only_its_own_messages_and_loses_none(
    site: Site,
    chat: WebhookReceiver,
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    count = scale(6, 100)
    chat.answer = lambda _: Reply(503)
    submit(site, count)
    wait_until_handled(site, count)
    eventually(lambda: site.rows(DUE_NOW) and site.value(OPENED, "circuit.opened") == 1)
    assert site.value(UNSENT) == site.value(MADE) >= count
    chat.begin_anew()
    eventually(lambda: site.rows(DUE_NOW) == [] and site.value(UNSENT) == 0)
    eventually(lambda: site.value(OPENED, "circuit.closed") == 1)
    assert site.value(STATE) == "closed" and missing(site, chat) == set()
    note(f"chat failing: {count} applications handled meanwhile, all told afterwards")


def kill_worker_before_it_notes_the_answer(site: Site, chat: WebhookReceiver) -> None:
    """The chat has accepted the message and said so; the worker dies before recording that."""
    chat.answer = chat.hang
    submit(site, 1)
    eventually(lambda: len(chat.received) == 1)
    with locked(site, TABLE):
        chat.released.set()
        eventually(lambda: standing_still(site, TABLE) > 0)
        site.kill("worker")
    chat.answer = lambda _: Reply()
    site.start("worker")
    eventually(lambda: site.value(UNSENT) == 0)


def test_a_worker_killed_before_it_records_the_chats_answer_repeats_the_message(
    site: Site, chat: WebhookReceiver, note: Callable[[str], None]
) -> None:
    kill_worker_before_it_notes_the_answer(site, chat)
    assert list(heard(chat).values()) == [2]
    note("worker killed between the chat's answer and the note: told twice, not lost")


def test_if_claimed_messages_counted_as_sent_one_would_be_lost(
    site: Site, chat: WebhookReceiver
) -> None:
    """The control: nothing is retried. The worker dies before the chat accepts the message."""
    with changed(site, FORGETFUL, CAREFUL):
        chat.answer = chat.hang
        submit(site, 1)
        eventually(lambda: len(chat.received) == 1)
        site.kill("worker")
        chat.begin_anew()
        site.start("worker")
        eventually(lambda: site.value(UNSENT) == 0)
    assert len(missing(site, chat)) == 1
