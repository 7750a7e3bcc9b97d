"""Promise 2: however often a form is submitted, it becomes one application."""

from collections import Counter
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from threading import Barrier

from tests.faults.handled import changed, check_each_was_handled_once, wait_until_handled
from tests.prospects import Answer, make_prospects, send
from tests.site import Site

# Without the seal on the draft and without the unique key.
UNGUARDED = """
ALTER TABLE applications DROP CONSTRAINT uq_applications_draft_id;
CREATE FUNCTION unseal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.submitted_at := NULL; RETURN NEW; END $$;
CREATE TRIGGER unseal BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION unseal();
"""
GUARDED = """
DROP TRIGGER unseal ON drafts;
DROP FUNCTION unseal;
TRUNCATE applications CASCADE;
ALTER TABLE applications ADD CONSTRAINT uq_applications_draft_id UNIQUE (draft_id);
"""


def send_each_at_once(site: Site, drafts: int, times: int) -> list[list[Answer]]:
    """Submit each draft ``times`` times at the same moment; return the answers by draft."""
    together = Barrier(times, timeout=30)

    def click(prospects: list) -> list[Answer]:
        answers = []
        for prospect in prospects:
            together.wait()
            answers.append(send(site, prospect))
        return answers

    prospects = make_prospects(site, drafts)
    with ThreadPool(times) as pool:
        by_clicker = pool.map(click, [prospects] * times, chunksize=1)
    return [list(answers) for answers in zip(*by_clicker, strict=True)]


def test_any_number_of_simultaneous_clicks_make_one_application(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    drafts, times = scale(8, 100), scale(10, 50)
    answers = send_each_at_once(site, drafts, times)
    for same in answers:
        assert Counter(answer.status for answer in same) == {303: times}
        assert len({answer.token for answer in same}) == 1
    wait_until_handled(site, drafts)
    check_each_was_handled_once(site)
    note(f"{drafts} drafts sent {times} times at once: {drafts} applications")


def test_without_the_seal_and_the_unique_key_each_click_would_make_an_application(
    site: Site,
) -> None:
    """The control."""
    site.kill("relay", "worker")
    with changed(site, UNGUARDED, GUARDED):
        send_each_at_once(site, 2, 5)
        assert site.value("SELECT count(*) FROM applications") == 10


def test_a_different_body_under_the_same_key_is_a_conflict(
    site: Site, scale: Callable[[int, int], int]
) -> None:
    count = scale(2, 100)
    for prospect in make_prospects(site, count):
        first = send(site, prospect)
        changed_body = {**prospect.fields, "anything_else": "Something else after all."}
        assert send(site, prospect._replace(fields=changed_body)).status == 409
        assert send(site, prospect).token == first.token
    stored = site.rows("SELECT DISTINCT answers ->> 'anything_else' FROM applications")
    assert "Something else after all." not in {words for (words,) in stored}
    wait_until_handled(site, count)
