"""How much is in trouble, for the number beside *Events* on each of the staff's pages."""

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.intake.address import current_intake
from app.applications.intake.standing import PARTITIONS, SILENT_AFTER_SECONDS
from app.bridges.addresses import current_bridges
from app.chat.queries import has_channel
from app.webhooks.queries import UNWELL

# One statement, because each of the staff's pages asks it. Each table has an index on what is not
# finished, or few rows at all. A bridge whose circuit is open counts as a service outside.
COUNT_TROUBLE = text(f"""
SELECT (SELECT count(*) FROM deliveries WHERE status = 'dead') AS dead_letters,
    (SELECT count(*) FROM mail_messages WHERE status = 'failed') AS refused_mail,
    (SELECT count(*) FROM chat_messages WHERE status = 'failed' AND :has_channel) AS refused_chat,
    (SELECT count(*) FROM circuits WHERE state <> 'closed') AS open_circuits,
    (SELECT count(*) FROM ({UNWELL}) AS unwell) AS unwell_endpoints,
    (SELECT count(*) FROM bridges
     WHERE name = ANY(:bridges) AND failures > 0 AND paused_at IS NULL
       AND NOT EXISTS (SELECT FROM circuits
           WHERE circuits.name = 'bridge ' || bridges.name AND state <> 'closed')
    ) AS failing_bridges,
    (SELECT count(*) FROM ({PARTITIONS}) AS partitions
     WHERE topic = :intake_topic AND is_there
       AND seen_at < now() - make_interval(secs => :silent_after)
    ) AS silent_partitions
""")  # noqa: S608 - parts of our own


class Trouble(msgspec.Struct, frozen=True):
    """How much can't go on without a person or an outside service."""

    dead_letters: int
    refused_mail: int
    refused_chat: int
    open_circuits: int
    unwell_endpoints: int
    failing_bridges: int
    silent_partitions: int

    @property
    def count(self) -> int:
        return sum(msgspec.structs.astuple(self))

    def __str__(self) -> str:
        """In words: "51 dead letters, 1 outside service in trouble"."""
        parts = (
            (self.dead_letters, "dead letter", "dead letters"),
            (self.refused_mail, "refused mail", "refused mails"),
            (self.refused_chat, "refused chat message", "refused chat messages"),
            (self.open_circuits, "outside service in trouble", "outside services in trouble"),
            (self.unwell_endpoints, "webhook endpoint in trouble", "webhook endpoints in trouble"),
            (self.failing_bridges, "bridge in trouble", "bridges in trouble"),
            (self.silent_partitions, "silent part of the intake", "silent parts of the intake"),
        )
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


def count_trouble(session: Session) -> Trouble:
    intake = current_intake()
    values = {
        "bridges": list(current_bridges()),
        "has_channel": has_channel(),
        "intake_topic": intake.kafka.topic if intake else None,
        "silent_after": SILENT_AFTER_SECONDS,
    }
    counted = session.execute(COUNT_TROUBLE, values)
    return Trouble(**counted.mappings().one())
