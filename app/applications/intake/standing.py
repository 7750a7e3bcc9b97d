"""Where the intake stands, partition by partition: it notes that itself, and the operator reads it.

Only the brokers know what is still to be taken, and the web process does not ask them.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.intake.address import current_intake

# An intake at work notes where it stands six times in between.
SILENT_AFTER_SECONDS = 60.0
NOTE = text("""
INSERT INTO intake_partitions (topic, partition, position, lag)
VALUES (:topic, :partition, :position, :lag)
ON CONFLICT (topic, partition) DO UPDATE
SET position = excluded.position, lag = excluded.lag, seen_at = now()
""")
# A command whose dead letter has to wait for the brokers is refused again, and counts once.
NOTE_REFUSED = text("""
INSERT INTO intake_partitions (topic, partition, refused, last_refused)
VALUES (:topic, :partition, 1, :offset)
ON CONFLICT (topic, partition) DO UPDATE
SET refused = intake_partitions.refused + 1, last_refused = excluded.last_refused
WHERE intake_partitions.last_refused IS DISTINCT FROM excluded.last_refused
""")
# A consumer group leaves no partition alone for an hour: one at which nobody has been for that
# long, while others were worked on, is gone, since the topic was made again with fewer.
PARTITIONS = """
SELECT *, seen_at > max(seen_at) OVER (PARTITION BY topic) - interval '1 hour' AS is_there
FROM intake_partitions
"""
FIGURES = text(f"""
SELECT coalesce(sum(position), 0)::int8 AS position,
    coalesce(sum(lag) FILTER (WHERE is_there), 0)::int8 AS lag,
    coalesce(sum(refused), 0)::int8 AS refused,
    coalesce(string_agg(partition || '/' || last_refused, ', ' ORDER BY partition), '')
        AS last_refused,
    extract(epoch FROM now() - min(seen_at) FILTER (WHERE is_there))::float8 AS silent_seconds
FROM ({PARTITIONS}) AS partitions WHERE topic = :topic
""")  # noqa: S608 - a part of our own


class Standing(NamedTuple):
    """``position`` is the offset of the next command; ``lag`` is how many are still to be taken."""

    topic: str
    partition: int
    position: int
    lag: int


class IntakeFigures(msgspec.Struct, frozen=True):
    """All partitions together. ``last_refused`` has the last one of each, as partition/offset;
    ``silent_seconds`` is since when one of them has had nobody at work, infinity if none ever had.
    """

    topic: str
    position: int
    lag: int
    refused: int
    last_refused: str
    silent_seconds: float

    @property
    def is_well(self) -> bool:
        return self.silent_seconds < SILENT_AFTER_SECONDS

    @property
    def has_worked(self) -> bool:
        return self.silent_seconds < math.inf


def note_standing(session: Session, partitions: Sequence[Standing]) -> None:
    if partitions:
        session.execute(NOTE, [one._asdict() for one in partitions])


def note_refused(session: Session, topic: str, partition: int, offset: int) -> None:
    session.execute(NOTE_REFUSED, {"topic": topic, "partition": partition, "offset": offset})


def intake_figures(session: Session) -> IntakeFigures | None:
    """Where the intake of EVENT_INTAKE stands; None without one."""
    address = current_intake()
    if address is None:
        return None
    topic = address.kafka.topic
    row = session.execute(FIGURES, {"topic": topic}).mappings().one()
    silent = row["silent_seconds"]
    figures = dict(row) | {"silent_seconds": math.inf if silent is None else silent}
    return IntakeFigures(topic=topic, **figures)
