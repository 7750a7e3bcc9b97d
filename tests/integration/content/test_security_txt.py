"""Whom to tell of a weakness of the site: content/security.txt."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.content.texts.faults import ContentError
from tests.integration.content.conftest import command

ADDRESS = "/.well-known/security.txt"
CONTACT = "Contact: mailto:security@firm.example\n"
OwnSite = Callable[..., Flask]


def test_a_firm_says_whom_to_tell_of_a_weakness(own_site: OwnSite, content_folder: Path) -> None:
    assert own_site().test_client().get(ADDRESS).status_code == 404
    text = f"{CONTACT}Expires: 2099-06-30T00:00:00Z\n"
    (content_folder / "security.txt").write_text(text)
    answer = own_site().test_client().get(ADDRESS)
    assert (answer.mimetype, answer.text) == ("text/plain", text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Expires: 2099-06-30T00:00:00Z", "It needs a line like 'Contact: "),
        ("Contact: security@firm.example\nExpires: 2099-06-30T00:00:00Z", "It needs a line like"),
        (CONTACT, "It needs one line like 'Expires: "),
        (f"{CONTACT}Expires: next summer", "It needs one line like 'Expires: "),
        (f"{CONTACT}Expires: 2099-06-30", "It needs one line like 'Expires: "),
        (CONTACT + 2 * "Expires: 2099-06-30T00:00:00Z\n", "It needs one line like"),
    ],
)
def test_what_its_readers_could_not_use_is_refused(
    own_site: OwnSite, content_folder: Path, text: str, sentence: str
) -> None:
    (content_folder / "security.txt").write_text(text)
    with pytest.raises(ContentError, match=rf"content/security\.txt:1: {re.escape(sentence)}"):
        own_site()


def test_the_check_says_when_it_expires_soon(own_site: OwnSite, content_folder: Path) -> None:
    (content_folder / "security.txt").write_text(f"{CONTACT}Expires: 2026-01-02T00:00:00Z\n")
    told = command(own_site(), "content", "check")
    assert "content/security.txt:2: It expires on 2026-01-02." in told.output.splitlines()
