"""Dead letters are chosen for a replay by their cause."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy.orm import Session

from tests.form_page import token_in
from tests.integration.operations.conftest import Desk, Fail, status_of


def list_and_form(desk: Desk) -> tuple[str, str]:
    """The address of the list of the only cause, and the one that its form is sent to."""
    (path,) = re.findall(r'href="(/staff/events/dead-letters\?[^"]+)"', desk.get("/staff/events/"))
    (form,) = re.findall(r'action="(/staff/events/replays\?[^"]+)"', desk.get(unescape(path)))
    return unescape(path), unescape(form)


def test_dead_letters_are_grouped_by_error_and_can_be_chosen_together_or_singly(
    desk: Desk, fail: Fail, session: Session
) -> None:
    letters = fail(3)
    page = desk.get("/staff/events/")
    link = re.search(r'href="(/staff/events/dead-letters\?[^"]+)"', page)
    assert link and page.count("/staff/events/dead-letters?") == 1
    group = link[1].replace("&amp;", "&")
    shown = re.findall(r'name="shown" value="(\d+)"', desk.get(group))
    assert shown == [str(one) for one in letters]
    for fields, chosen in (
        ({"shown": shown, "all": "yes"}, letters),
        ({"shown": shown, "ticked": shown[1]}, letters[1:2]),
        ({"only": shown[2]}, letters[2:]),
    ):
        preview = desk.get(desk.post("/staff/events/replays", **fields))
        assert preview.count('class="letters__item"') == len(chosen)
    assert [status_of(session, one) for one in letters] == ["dead"] * 3


def test_a_single_dead_letter_leaves_nothing_to_choose(desk: Desk, fail: Fail) -> None:
    [letter] = fail()
    link = re.search(r'href="(/staff/events/dead-letters\?[^"]+)"', desk.get("/staff/events/"))
    assert link
    page = desk.get(link[1].replace("&amp;", "&"))
    assert 'name="ticked"' not in page and page.count("Preview ") == 1
    preview = desk.get(desk.post("/staff/events/replays", shown=letter, all="yes"))
    assert "Replay this letter?" in preview
    for words in ("each of them", "the set", "in all", "Letter by letter"):
        assert words not in preview, words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "No cause was chosen"),
        ({"subscriber": "\0", "error": "\0"}, "No cause was chosen"),
        ({"subscriber": "scoring.score_fit", "error": "ValueError"}, "has this cause any more"),
    ],
)
def test_without_dead_letters_the_page_says_where_to_look(
    desk: Desk, query: dict[str, str], words: str
) -> None:
    page = desk.get("/staff/events/dead-letters", query)
    assert words in page and "by cause" in page and "A replay is previewed" not in page


def test_the_page_recommends_leaving_letters_that_would_fail_again(
    desk: Desk, fail: Fail, broken_scoring: Callable[[], None]
) -> None:
    address = desk.post("/staff/events/replays", ticked=fail(2))
    preview = desk.get(address)
    assert 'button--primary" href="/staff/events/">Leave them<' in preview
    assert 'button--secondary">Replay these 2 anyway<' in preview
    broken_scoring()
    preview = desk.get(address)
    assert 'button--primary">Replay these 2<' in preview and "anyway" not in preview


def test_choosing_nothing_returns_to_the_page_and_says_so(desk: Desk) -> None:
    for fields in ({}, {"ticked": "x"}, {"ticked": str(10**30)}, {"only": "1"}):
        assert desk.post("/staff/events/replays", **fields) == "/staff/events/"
    assert "Nothing was ticked" in desk.get("/staff/events/")


def test_choosing_none_of_several_returns_to_their_list(desk: Desk, fail: Fail) -> None:
    fail(2)
    path, form = list_and_form(desk)
    back = desk.post(form, preview="ticked")
    assert parse_qsl(urlsplit(back).query) == parse_qsl(urlsplit(path).query)
    page = desk.get(back)
    assert "Nothing was ticked" in page and page.count('name="ticked"') == 2


def test_an_expired_page_keeps_the_ticks(desk: Desk, fail: Fail) -> None:
    _, second = fail(2)
    _, form = list_and_form(desk)
    expired = {"csrf_token": "old", "ticked": second, "preview": "ticked"}
    answer = desk.client.post(form, data=expired)
    assert answer.status_code == 400 and "open for too long" in answer.text
    assert re.findall(r'value="(\d+)" checked', answer.text) == [str(second)]
    once_more = {"csrf_token": token_in(answer.text), "ticked": second, "preview": "ticked"}
    preview = desk.client.post(form, data=once_more, follow_redirects=True)
    assert "Replay this letter?" in preview.text
    assert desk.client.post("/staff/events/replays", data={"only": second}).status_code == 400
