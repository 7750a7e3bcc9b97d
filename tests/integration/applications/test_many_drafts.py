"""However many drafts are under way, a statement about one of them reads no other, whatever the
planner knows of the table, and a save writes nothing but its row."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.applications.drafts.service import NO_SAVE, Save, lock_unsent, save_step, start_draft
from app.applications.models import Draft
from app.applications.questions.questionnaire import current_questionnaire
from app.platform.database import new_id
from app.platform.database.connection import driver_connection
from tests.integration.applications.prospect import Prospect
from tests.submitted import submit_answers

MANY = 400
LONG = " ".join(secrets.token_hex(4) for _ in range(300))
ROWS_READ = text("""
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
WHERE relid = 'public.drafts'::regclass
""")
WRITTEN = text("""
SELECT drafts.n_tup_upd AS saves, drafts.n_tup_hot_upd AS in_place, toast.n_tup_ins AS beside
FROM pg_stat_xact_all_tables AS drafts
JOIN pg_class ON pg_class.oid = drafts.relid
JOIN pg_stat_xact_all_tables AS toast ON toast.relid = pg_class.reltoastrelid
WHERE drafts.relid = 'public.drafts'::regclass
""")


@pytest.fixture
def many_drafts(
    session: Session, prospect: Prospect, as_owner: Callable[[str], None]
) -> Iterator[None]:
    """Many drafts begun since the statistics were collected, when all had been sent."""
    prospect.fill_in()
    prospect.send()
    as_owner("ALTER TABLE drafts SET (autovacuum_enabled = off)")
    as_owner("ANALYZE drafts")
    begun = [
        {
            "id": new_id(),
            "resume_token": new_id().hex,
            "answers": {"problem": secrets.token_hex(700)},
            "questions_version": "1",
        }
        for _ in range(MANY)
    ]
    session.execute(insert(Draft), begun)
    session.commit()
    yield
    session.rollback()
    as_owner("ALTER TABLE drafts RESET (autovacuum_enabled)")


def save(session: Session, _: Prospect) -> None:
    draft = start_draft(session, current_questionnaire())
    step, first = current_questionnaire().step("problem"), Save("first", (NO_SAVE,))
    save_step(
        driver_connection(session),
        draft.id,
        step,
        {"problem": LONG},
        first,
        accepted=True,
        language="en",
    )


def submit(session: Session, prospect: Prospect) -> None:
    submit_answers(session, {**prospect.answers, "email": "another@client.example"})


def lock(session: Session, _: Prospect) -> None:
    lock_unsent(session, start_draft(session, current_questionnaire()).id)


@pytest.mark.usefixtures("many_drafts")
@pytest.mark.parametrize("act", [save, submit, lock])
def test_a_statement_about_one_draft_reads_no_other_draft(
    session: Session, prospect: Prospect, act: Callable[[Session, Prospect], None]
) -> None:
    before = session.execute(ROWS_READ).scalar_one()
    act(session, prospect)
    assert session.execute(ROWS_READ).scalar_one() - before < 10


def test_a_save_of_a_long_answer_rewrites_the_row_in_its_place(
    session: Session, prospect: Prospect
) -> None:
    before = session.execute(WRITTEN).one()
    save(session, prospect)
    after = session.execute(WRITTEN).one()
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 0]
