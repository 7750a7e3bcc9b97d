"""The checker of receipt trails names the first altered row, whatever was altered."""

import base64
import copy
import json
import os
import string
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

from app.events.integrity.sealing import new_key, seal
from app.portal.trail_check import first_change, first_problem, link_hash, row_digest, unseal

STREAM = f"application-{uuid.UUID(int=7)}"
OTHER = f"engagement-{uuid.UUID(int=8)}"
KEY = new_key()
Trail = dict[str, Any]
Row = dict[str, Any]


def row_of(number: int, stream: str, previous: str, *, withheld: bool, said: str) -> Row:
    event_id, kind = uuid.UUID(int=100 + number), "application.more_provided"
    opened = {"message": said}
    sealed = base64.encodebytes(seal(opened, KEY, event_id)).decode()
    metadata = {"actor": "prospect", "correlation_id": "c"}
    content = [str(event_id), stream, number, kind, 1, {"message": ""}, metadata, "p", sealed, 5]
    hashed = json.dumps(content, ensure_ascii=False)
    row: Row = {
        "number": number,
        "type": kind,
        "recorded_at": "1970-01-01T00:00:00.000005+00:00",
        "previous": previous,
        "hash": link_hash(previous, hashed),
    }
    row |= {"withheld": "Why", "stated": {}} if withheld else {"hashed": hashed, "opened": opened}
    return {**row, "digest": row_digest(row)}


def trail_of(*kinds: bool, said: str = "Forty-one, ünd ☃") -> Trail:
    """A trail of two streams; ``kinds`` says of each row of the first whether it is withheld."""
    streams = []
    for stream, withheld in ((STREAM, kinds), (OTHER, (False,))):
        rows: list[Row] = []
        for number, hidden in enumerate(withheld, start=1):
            previous = rows[-1]["hash"] if rows else ""
            rows.append(row_of(number, stream, previous, withheld=hidden, said=said))
        streams.append({"stream": stream, "count": len(rows), "rows": rows})
    return {"key": base64.b64encode(KEY).decode(), "streams": streams}


WHOLE = trail_of(False, True, False, False)
ROWS = [
    (place, number) for place in (0, 1) for number in range(len(WHOLE["streams"][place]["rows"]))
]


def altered(value: Any, draw: st.DrawFn) -> Any:
    """``value`` with one of its characters, digits or fields changed."""
    if isinstance(value, dict):
        if not value:
            return {"more": 1}
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: altered(value[name], draw)}
    if isinstance(value, int):
        return value + draw(st.integers(1, 9))
    place = draw(st.integers(0, max(len(value) - 1, 0)))
    letter = draw(st.characters(codec="utf-8", exclude_characters=value[place : place + 1]))
    return value[:place] + letter + value[place + 1 :]


@st.composite
def alterations(draw: st.DrawFn) -> tuple[str, int, Trail]:
    """An intact trail with one change in one row, as stream, row number and trail."""
    place, at = draw(st.sampled_from(ROWS))
    trail = copy.deepcopy(WHOLE)
    rows = trail["streams"][place]["rows"]
    rows[at] = altered(rows[at], draw)
    return trail["streams"][place]["stream"], at + 1, trail


def test_a_trail_that_nobody_touched_is_whole() -> None:
    assert first_problem(WHOLE) is None
    assert first_problem(json.loads(json.dumps(WHOLE))) is None


@given(alterations())
def test_whatever_is_altered_in_a_row_that_row_is_named(
    alteration: tuple[str, int, Trail],
) -> None:
    stream, number, trail = alteration
    assert str(first_problem(trail)).startswith(f"row {number} of {stream}: ")


@given(alterations())
def test_recomputing_the_digest_of_a_row_does_not_hide_a_change_to_what_it_shows(
    alteration: tuple[str, int, Trail],
) -> None:
    """Only what the firm states about a withheld row is not covered by a hash."""
    stream, number, trail = alteration
    [rows] = [one["rows"] for one in trail["streams"] if one["stream"] == stream]
    row = rows[number - 1]
    assume("withheld" not in row)
    row["digest"] = row_digest(row)
    [before] = [one["rows"] for one in WHOLE["streams"] if one["stream"] == stream]
    assume(row != before[number - 1])
    assert str(first_problem(trail)).startswith(f"row {number} of {stream}: ")


@given(st.binary(min_size=1, max_size=1), st.data())
def test_a_damaged_byte_in_the_file_is_never_overlooked(byte: bytes, data: st.DataObject) -> None:
    file = json.dumps(WHOLE, ensure_ascii=False).encode()
    place = data.draw(st.integers(0, len(file) - 1))
    damaged = file[:place] + byte + file[place + 1 :]
    try:
        trail = json.loads(damaged)
    except ValueError:
        return
    assume(trail != WHOLE)
    assert first_problem(trail)


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_a_missing_row_is_reported_where_it_was(gone: int) -> None:
    trail = copy.deepcopy(WHOLE)
    del trail["streams"][0]["rows"][gone]
    assert str(first_problem(trail)).startswith(f"row {gone + 1} of {STREAM}: ")


def test_a_withheld_row_that_was_replaced_is_detected_at_the_row_after_it() -> None:
    trail = copy.deepcopy(WHOLE)
    row = trail["streams"][0]["rows"][1]
    row["hash"] = link_hash("", "something else")
    row["digest"] = row_digest(row)
    assert str(first_problem(trail)).startswith(f"row 3 of {STREAM}: the row before it")


def test_a_trail_that_was_forged_as_a_whole_is_detected_by_an_older_copy() -> None:
    forged = trail_of(False, True, False, False, said="Something else")
    assert first_problem(forged) is None  # hence the older copy
    assert str(first_change(WHOLE, forged)).startswith(f"row 1 of {STREAM}: ")


def test_a_trail_that_only_grew_agrees_with_its_older_copy() -> None:
    older = copy.deepcopy(WHOLE)
    older["streams"] = [{**one, "rows": one["rows"][:2]} for one in older["streams"]]
    assert first_change(older, WHOLE) is None
    assert first_change(WHOLE, older)


@pytest.mark.parametrize("key", [None, base64.b64encode(bytes(32)).decode(), "", "x", 5])
def test_without_the_right_key_the_opened_rows_are_not_believed(key: object) -> None:
    assert first_problem({**WHOLE, "key": key})


def test_a_damaged_letter_of_the_key_is_found_even_if_it_decodes_to_the_same_key() -> None:
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    start, last = WHOLE["key"][:-2], WHOLE["key"][-2]
    damaged = f"{start}{letters[letters.index(last) ^ 1]}="
    assert base64.b64decode(damaged) == KEY
    assert "key is not as it was written" in str(first_problem({**WHOLE, "key": damaged}))


@pytest.mark.parametrize("nonsense", [None, [], {}, {"key": None}, {"key": None, "streams": [1]}])
def test_anything_that_is_not_a_trail_is_reported(nonsense: Any) -> None:
    assert first_problem(nonsense) and first_change(WHOLE, nonsense)


@given(st.binary(max_size=100), st.binary(max_size=40))
def test_the_checkers_own_cipher_opens_what_the_site_seals_and_nothing_else(
    text: bytes, bound_to: bytes
) -> None:
    key, nonce = new_key(), os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, text, bound_to)
    assert unseal(sealed, key, bound_to) == text
    assert unseal(sealed, key, bound_to + b"x") is None
    assert unseal(sealed, new_key(), bound_to) is None
    for place in (0, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert unseal(bytes(changed), key, bound_to) is None
