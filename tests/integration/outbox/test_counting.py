"""Old sent messages don't make looking at an outbox slower."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.chat.models import ChatMessage
from app.chat.queries import chat_figures
from app.events.store import record
from app.events.types import stream_of
from app.notifications.models import MailMessage
from app.outbox.queries import count_unsent_by_status
from app.platform.database import new_id

MANY, FEW = 2000, 20
LAST_SENT = datetime.fromisoformat("2026-11-03T09:00:00+00:00")
STATES = """
CREATE TEMPORARY TABLE states ON COMMIT DROP AS
SELECT n, CASE n WHEN 0 THEN 'failed' WHEN -1 THEN 'queued' WHEN -2 THEN 'queued' ELSE 'sent' END
    AS status, CASE WHEN n > 0 THEN CAST(:last AS timestamptz) - make_interval(mins => n - 1) END
    AS sent_at
FROM generate_series(-2, :many) AS n
"""
MAIL = """
INSERT INTO mail_messages (id, key, correlation_id, template, recipient, subject, text, html,
    message_id, status, sent_at)
SELECT gen_random_uuid(), n::text, '', '', '', '', '', '', '', status, sent_at FROM states
"""
CHAT = """
INSERT INTO chat_messages (id, event_id, kind, correlation_id, text, link, status, sent_at)
SELECT gen_random_uuid(), :because, n::text, '', '', '', status, sent_at FROM states
"""
ROWS_READ = text("""
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = :table
""")


@pytest.fixture(autouse=True)
def told(session: Session, as_owner: Callable[[str], None]) -> None:
    """Mail and chat messages: many sent, two waiting, and one refused."""
    because = record(
        session,
        stream_of("application", new_id()),
        MoreProvided(message="hello"),
        actor="prospect",
        person=new_id(),
    )
    session.execute(text(STATES), {"many": MANY, "last": LAST_SENT})
    session.execute(text(MAIL))
    session.execute(text(CHAT), {"because": because.id})
    session.commit()
    as_owner("ANALYZE mail_messages, chat_messages")


@pytest.mark.parametrize(
    ("table", "look"),
    [
        ("mail_messages", partial(count_unsent_by_status, model=MailMessage)),
        ("chat_messages", partial(count_unsent_by_status, model=ChatMessage)),
        ("chat_messages", chat_figures),
    ],
)
def test_unsent_messages_are_counted_without_reading_the_sent_ones(
    session: Session, table: str, look: Callable[[Session], object]
) -> None:
    # What is read from an index alone, as Postgres can after a vacuum, is not counted.
    session.execute(text("SET LOCAL enable_indexonlyscan = off"))
    before = session.scalar(ROWS_READ, {"table": table})
    look(session)
    assert 0 < session.scalar(ROWS_READ, {"table": table}) - before < FEW


@pytest.mark.parametrize("model", [MailMessage, ChatMessage])
def test_an_outbox_is_counted_by_queued_sending_and_failed(
    session: Session, model: type[MailMessage | ChatMessage]
) -> None:
    assert count_unsent_by_status(session, model) == {"queued": 2, "sending": 0, "failed": 1}


def test_the_channels_figures_include_when_a_message_was_last_sent(session: Session) -> None:
    figures = chat_figures(session)
    assert figures and (figures.waiting, figures.failed, figures.sent_at) == (2, 1, LAST_SENT)
