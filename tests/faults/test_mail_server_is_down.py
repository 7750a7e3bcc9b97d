"""The mail server is away, or refuses temporarily, for the first five tries."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from local.ports import HOST
from tests.faults.handled import changed, check_each_was_handled_once, wait_until_handled
from tests.prospects import submit
from tests.site import Site, eventually
from tests.smtp_sink import TEMPORARY_REFUSAL

TRIES = 5
FEWEST_TRIES = "SELECT coalesce(min(attempts), 0) FROM mail_messages"
NEXT_TRY_IS_DUE = """
WITH probe AS (UPDATE circuits SET next_probe_at = now() WHERE state = 'open')
UPDATE mail_messages SET not_before = now()
WHERE status = 'queued' AND not_before > now() AND attempts < %s RETURNING id
"""
# How the outbox would behave if a failed try counted as a success.
FORGETFUL = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.status := 'sent'; NEW.sent_at := now(); RETURN NEW; END $$;
CREATE TRIGGER forget BEFORE UPDATE ON mail_messages FOR EACH ROW
    WHEN (OLD.status = 'sending' AND NEW.status = 'queued') EXECUTE FUNCTION forget();
"""
CAREFUL = "DROP TRIGGER forget ON mail_messages; DROP FUNCTION forget"


@contextmanager
def away(site: Site) -> Iterator[None]:
    site.sink.stop()
    try:
        yield
    finally:
        site.sink.start()


@contextmanager
def refusing(site: Site) -> Iterator[None]:
    site.sink.answer = lambda _: TEMPORARY_REFUSAL
    try:
        yield
    finally:
        site.sink.answer = lambda _: "250 OK"


@contextmanager
def hanging(site: Site) -> Iterator[None]:
    """Inside, the server accepts connections and says nothing."""
    with away(site), socket.create_server((HOST, site.sink.port), backlog=100):
        yield


def was_tried(site: Site, times: int) -> bool:
    """Whether each mail was tried that often. Makes the next tries due now, to save waiting."""
    site.rows(NEXT_TRY_IS_DUE, times)
    return bool(site.value(FEWEST_TRIES) >= times)


@pytest.mark.parametrize("in_trouble", [away, refusing])
def test_a_failing_mail_server_delays_mail_and_loses_none(
    site: Site,
    in_trouble: Callable[[Site], AbstractContextManager[None]],
    scale: Callable[[int, int], int],
    note: Callable[[str], None],
) -> None:
    count = scale(2, 30)
    with in_trouble(site):
        submit(site, count)
        eventually(lambda: site.value("SELECT count(*) FROM mail_messages") == 2 * count)
        eventually(lambda: was_tried(site, TRIES))
        assert site.sink.mails == []
    site.rows(NEXT_TRY_IS_DUE, TRIES + 1)
    wait_until_handled(site, count)
    repeats = check_each_was_handled_once(site)
    note(
        f"mail server {in_trouble.__name__} for the first {TRIES} tries:"
        f" {2 * count} mails arrived, {repeats} repeated"
    )


def test_a_mail_server_that_hangs_holds_up_nothing_but_mail(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(6, 100)
    with hanging(site):
        submit(site, count)
        eventually(lambda: site.value("SELECT count(*) FROM engagements") == count)
        assert site.value("SELECT count(*) FROM mail_messages WHERE status = 'sent'") == 0
    site.rows(NEXT_TRY_IS_DUE, TRIES)
    wait_until_handled(site, count)
    check_each_was_handled_once(site)
    note(f"mail server hanging: {count} applications scored and proposed meanwhile, mailed later")


def test_if_a_failed_try_counted_as_a_success_the_mail_would_be_lost(site: Site) -> None:
    """The control: a mail is not tried again after a failed try."""
    with changed(site, FORGETFUL, CAREFUL):
        with refusing(site):
            submit(site, 1)
            wait_until_handled(site, 1)
        with pytest.raises(AssertionError):
            check_each_was_handled_once(site)
