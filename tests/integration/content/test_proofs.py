"""An article shows which test proves a sentence, and marks it red when the test fails."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app.content.texts.proofs import version_of
from config import ROOT

ARTICLE = "/articles/outbox-and-exactly-once-effects"
Site = Callable[..., Flask]


def note(folder: Path, **changed: object) -> None:
    file = folder / "articles/proofs.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


def test_a_sentence_that_held_says_when_and_for_which_version(
    own_site: Site, content_folder: Path
) -> None:
    version = version_of(ROOT)
    note(content_folder, at="2026-11-26T12:00:00Z", version=version)
    html = own_site().test_client().get(ARTICLE).text
    assert 'class="proof proof--held">A repeated delivery changes nothing' in html
    assert f"They last ran on 26 November 2026, on version <code>{version}</code>" in html
    assert "the one you are using now" in html


def test_a_result_from_a_different_version_says_so(own_site: Site, content_folder: Path) -> None:
    note(content_folder, version="0123456789ab")
    html = own_site().test_client().get(ARTICLE).text
    assert "You are now using a different version." in html


def test_a_sentence_that_did_not_hold_is_red_in_both_text_and_list(
    own_site: Site, content_folder: Path
) -> None:
    note(content_folder, held={"repeat-changes-nothing": False})
    html = own_site().test_client().get(ARTICLE).text
    assert 'class="proof proof--broken">A repeated delivery changes nothing' in html
    proof = html.partition('id="proof-repeat-changes-nothing"')[2].partition("</div>")[0]
    assert "Does not hold" in proof
    assert html.count("proof--open") == 2  # the run tested no other


def test_an_article_without_proofs_has_no_list(client: FlaskClient, own_site: Site) -> None:
    assert "What this site is held to" in client.get(ARTICLE).text
    (draft,) = own_site().extensions["articles"].drafts
    assert draft.proofs == ()


def test_on_a_german_page_the_name_of_a_test_is_marked_as_english(
    client: FlaskClient, german: FlaskClient
) -> None:
    client.get(ARTICLE)  # what a template says about one page must not appear on the next
    page = german.get(ARTICLE).text
    assert '<html lang="de">' in page
    names = re.findall(r"Gezeigt[^“„]*„(<span[^>]*>)", page)
    assert names and set(names) == {'<span lang="en">'}
