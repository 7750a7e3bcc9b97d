"""The queue's rows line up, a long name takes no line from what is beside it, and on a phone an
application begins with what staff ask first. What it says reads in its own direction."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.prospect import LONGEST_NAME, apply, send_application
from tests.journeys.staff import Reviewer
from tests.site import Site, eventually

LEFTS = "cells => cells.map(cell => Math.round(cell.getBoundingClientRect().left))"
LINES = """notes => notes.map(note => {
  const line = parseFloat(getComputedStyle(note).lineHeight);
  return Math.round(note.getBoundingClientRect().height / line);
})"""
# Where the first and the last character of those words begin.
ENDS = """(text, words) => {
  const node = [...text.childNodes].find(one => one.textContent.includes(words));
  const at = node.textContent.indexOf(words);
  const left = (from, to) => {
    const range = document.createRange();
    range.setStart(node, at + from);
    range.setEnd(node, at + to);
    return range.getBoundingClientRect().left;
  };
  return [left(0, 1), left(words.length - 1, words.length)];
}"""
BOX = "part => part.getBoundingClientRect().toJSON()"
PARTS = ("main", "beside", "below", "last")
IN_ARABIC = "إعادة المحاولة (Celery)."
IN_ENGLISH = "It retries (Celery)."


@pytest.mark.parametrize("width", [390, 768])
def test_the_parts_of_the_queues_rows_line_up_with_one_another(
    visit: Visit, site: Site, ada: Reviewer, width: int
) -> None:
    apply(site)
    apply(site)
    ada.settle(send_application(site, trap="filled").id, "dismiss")
    page = visit(width, reviewer=ada)
    page.goto("/staff/?status=all&order=newest")
    expect(page.locator(".queue__engagement", has_text="–").first).to_be_hidden()
    for part in ("reasons", "engagement", "status"):
        lefts = page.locator(f".queue__{part}:visible").evaluate_all(LEFTS)
        assert len(lefts) > 1 and len(set(lefts)) == 1, (part, lefts)


def test_the_answer_deadline_takes_one_line_even_beside_a_long_name(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = apply(site, company=LONGEST_NAME, name=LONGEST_NAME[:80])
    promised = "SELECT FROM scheduled_events WHERE stream = %s"
    eventually(lambda: site.rows(promised, f"application-{applied.id}"))
    page = visit(1440, reviewer=ada)
    page.goto("/staff/?order=newest")
    row = page.get_by_role("row").filter(has_text=applied.reference)
    due = row.locator(".table__note").filter(has_text="Answer by")
    for size in (1280, 1440):
        page.set_viewport_size({"width": size, "height": 900})
        assert due.evaluate_all(LINES) == [1], size


def test_who_has_an_application_is_above_the_answers_on_a_phone_and_beside_them_at_a_desk(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    address = f"/staff/applications/{apply(site).id}"
    tops = {}
    for width in (390, 1440):
        page = visit(width, reviewer=ada)
        page.goto(address)
        tops[width] = [
            top_of(page, name) for name in ("Who has it", "The problem", "Why this score")
        ]
    taking, answers, score = tops[390]
    assert taking < answers < score
    taking, answers, score = tops[1440]
    assert taking == answers < score


def test_an_applications_status_and_who_has_taken_it_share_one_line_of_its_head(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = apply(site)
    ada.take(applied.id)
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    head = page.locator(".page-head p")
    state, taken = head.filter(has_text="To decide"), head.filter(has_text="Taken by")
    assert bottom_of(state) == bottom_of(taken)


def test_the_last_of_an_applications_figures_stands_above_the_narrow_column(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{apply(site).id}")
    for size in (1024, 1440):
        page.set_viewport_size({"width": size, "height": 900})
        last = page.locator(".figures > div").last.evaluate_all(LEFTS)
        beside = page.get_by_role("region", name="Who has it", exact=True).evaluate_all(LEFTS)
        assert last == beside, size


def test_each_paragraph_of_an_answer_or_a_message_reads_in_the_direction_of_its_script(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    problem = f"{IN_ENGLISH}\n\n{IN_ARABIC}"
    applied = apply(site, problem=problem, tried=IN_ARABIC)
    applied.write(problem)
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    long = [
        page.locator(kind).filter(has_text=IN_ENGLISH) for kind in (".facts__text", ".thread__text")
    ]
    for shown in long:
        first, stop = shown.evaluate(ENDS, IN_ENGLISH)
        assert first < stop
    for shown in (*long, page.get_by_role("definition").filter(has_text=IN_ARABIC)):
        first, stop = shown.evaluate(ENDS, IN_ARABIC)
        assert stop < first


@pytest.mark.parametrize("trap", ["", "Cheap watches"], ids=["long notes", "short notes"])
def test_neither_column_of_an_application_has_a_hole_however_long_the_other_is(
    visit: Visit, site: Site, ada: Reviewer, trap: str
) -> None:
    applied = send_application(site, trap=trap) if trap else apply(site)
    for number in range(0 if trap else 5):
        ada.note(applied.id, f"{number}. {'They call again on Monday. ' * 30}".strip())
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    for width in (1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        answers, notes, conversation, history = [
            page.locator(f".split__{part}").evaluate(BOX) for part in PARTS
        ]
        assert answers["bottom"] == conversation["top"]
        assert notes["bottom"] == history["top"]
        assert (notes["bottom"] < answers["bottom"]) == bool(trap)
        assert answers["right"] < notes["left"] == history["left"]
        assert conversation["right"] < history["left"]


def test_a_printed_application_shows_every_note(visit: Visit, site: Site, ada: Reviewer) -> None:
    applied = apply(site)
    for number in range(5):
        ada.note(applied.id, f"{number}. They call again on Monday.")
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    page.emulate_media(media="print")
    expect(page.get_by_text("0. They call again")).to_be_visible()


def top_of(page: Page, heading: str) -> int:
    section = page.get_by_role("region", name=heading, exact=True)
    return round(section.evaluate("part => part.getBoundingClientRect().top"))


def bottom_of(line: Locator) -> int:
    return round(line.evaluate("part => part.getBoundingClientRect().bottom"))


def test_no_column_heading_breaks_inside_a_word(visit: Visit, site: Site, ada: Reviewer) -> None:
    apply(site)
    # WebKit broke the widest heading for want of part of a pixel; Chromium has room either way.
    page = visit(1440, reviewer=ada)
    page.goto("/staff/?status=all")
    headings = page.get_by_role("columnheader")
    breaks = headings.evaluate_all("all => all.map(one => getComputedStyle(one).overflowWrap)")
    assert len(breaks) > 3 and set(breaks) == {"normal"}
