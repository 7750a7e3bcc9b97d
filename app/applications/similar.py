"""Applications that share the person, the company or the text with the one that staff look at."""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.models import Application

MOST_SHOWN = 5

# Each of the three conditions has its own index.
FIND = text("""
SELECT id, reference, company, status, submitted_at, lower(email) = lower(:email) AS same_person,
    lower(company) = lower(:company) AS same_company,
    coalesce(md5(answers ->> 'problem') = md5(:problem), false) AS same_text
FROM applications
WHERE (lower(email) = lower(:email) OR lower(company) = lower(:company)
        OR md5(answers ->> 'problem') = md5(:problem))
    AND id <> :id AND erased_at IS NULL
    AND submitted_at BETWEEN :sent_at - interval '30 days' AND :sent_at + interval '30 days'
ORDER BY submitted_at DESC LIMIT :most
""")


class Similar(msgspec.Struct, frozen=True):
    """Another application, sent at most 30 days before or after. ``shared`` has those of "person",
    "company" and "text" that are the same."""

    id: uuid.UUID
    reference: str
    company: str
    status: str
    submitted_at: datetime
    shared: tuple[str, ...]


def similar_applications(session: Session, application: Application) -> list[Similar]:
    """The latest MOST_SHOWN similar ones, the newest first; none if the person has been erased."""
    if application.erased_at is not None:
        return []
    rows = session.execute(
        FIND,
        {
            "id": application.id,
            "email": application.email,
            "company": application.company,
            "problem": application.answers.get("problem"),
            "sent_at": application.submitted_at,
            "most": MOST_SHOWN,
        },
    )
    return [
        Similar(
            row.id,
            row.reference,
            row.company,
            row.status,
            row.submitted_at,
            tuple(name for name in ("person", "company", "text") if getattr(row, f"same_{name}")),
        )
        for row in rows
    ]
