"""Checks a receipt trail without asking anybody: no network, nothing but Python 3 itself.

    python3 trail_check.py trail.json [an-older-trail.json]

It names the first row that is not what was recorded, or repeats who acts next. With a trail that
was downloaded earlier beside it, it also names the first row that was changed since then.

Each row's hash is SHA-256 over the hash of the row before it and the row's content, so nobody can
change a row without making all later hashes anew. What a row says about you is sealed in its
content (AES-256-GCM); your key, which is in the file, opens it, and it must be what "opened" says.
A row that is withheld shows its hash alone: it holds its place, and its content can't be exchanged
later on.
"""

import base64
import hashlib
import json
import sys
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


def main(paths: list) -> int:
    if len(paths) not in (1, 2):
        print(__doc__)
        return 2
    try:
        trail, *older = [json.loads(Path(path).read_text("utf-8")) for path in paths]
    except (OSError, ValueError) as error:
        print(f"NOT CHECKED: {error}")
        return 2
    problem = first_problem(trail) or (first_change(older[0], trail) if older else None)
    if problem:
        print(f"ALTERED: {problem}")
        return 1
    print(summary(trail))
    return 0


def summary(trail: dict) -> str:
    rows = [row for stream in trail["streams"] for row in stream["rows"]]
    withheld = sum("withheld" in row for row in rows)
    shown = len(rows) - withheld
    counted = f"WHOLE: {len(rows)} rows, {shown} with their content, {withheld} withheld."
    if "next" not in trail:  # an older file
        return counted
    said = trail["next"]
    due = f" Due at {said['due_at']}." if said["due_at"] else ""
    return f"{counted}\nNEXT: {said['said']}{due} So the firm says as of {said['as_of']}."


def first_problem(trail: dict) -> "str | None":
    """What is wrong with the first row that is not as it was recorded; None if all rows are."""
    try:
        key = key_of(trail)
        for stream in trail["streams"]:
            name, rows, previous = stream["stream"], stream["rows"], ""
            for number, row in enumerate(rows, start=1):
                if fault := fault_in(row, name, number, previous, key):
                    return f"row {number} of {name}: {fault}"
                previous = row["hash"]
            if len(rows) != stream["count"]:
                return f"row {len(rows) + 1} of {name}: it is gone, or there is one too many"
        if "next" in trail and trail["next"]["digest"] != row_digest(trail["next"]):
            return "next: it is not as it was written into this file"
    except UNREADABLE as error:
        return f"the file is not a trail: {error!r}"
    return None


def key_of(trail: dict) -> "bytes | None":
    written = trail["key"]
    if not written:
        return None
    key = base64.b64decode(written, validate=True)
    # Some bits of the last Base64 letter are unused, so other letters would decode to the same key.
    if base64.b64encode(key).decode() != written:
        raise ValueError("The key is not as it was written into this file.")
    return key


def first_change(older: dict, newer: dict) -> "str | None":
    """The first row in which the newer trail of the same application differs from the older one."""
    try:
        known = {stream["stream"]: stream["rows"] for stream in newer["streams"]}
        for stream in older["streams"]:
            rows = known.get(stream["stream"], [])
            for number, row in enumerate(stream["rows"], start=1):
                if number > len(rows) or rows[number - 1]["hash"] != row["hash"]:
                    return f"row {number} of {stream['stream']}: the older file has a different one"
    except UNREADABLE as error:
        return f"one of the files is not a trail: {error!r}"
    return None


def fault_in(
    row: dict, stream: str, number: int, previous: str, key: "bytes | None"
) -> "str | None":
    try:
        if row["number"] != number:
            return "it is out of place: a row before it is gone, or was put in"
        if row["digest"] != row_digest(row):
            return "it is not as it was written into this file"
        if row["previous"] != previous:
            return "the row before it is not the one that was there when this was recorded"
        if "withheld" in row:
            return None
        if link_hash(previous, row["hashed"]) != row["hash"]:
            return "its content is not what its hash was made from"
        return fault_in_content(row, stream, key)
    except UNREADABLE:
        return "it can't be read"


def fault_in_content(row: dict, stream: str, key: "bytes | None") -> "str | None":
    """Compare what the file says in plain with the content that was hashed."""
    event_id, in_stream, version, kind, _, _, _, _, sealed, micros = json.loads(row["hashed"])
    said = (row["type"], row["recorded_at"], row["number"])
    if said != (kind, (EPOCH + timedelta(microseconds=micros)).isoformat(), version):
        return "its type, time or number is not what its content says"
    if in_stream != stream:
        return "it belongs to something else"
    if sealed and key:
        opened = unseal(base64.b64decode(sealed), key, uuid.UUID(event_id).bytes)
        if opened is None:
            return "its sealed part was not sealed with this key"
        if json.loads(opened) != row["opened"]:
            return 'what "opened" says is not what was sealed'
    elif row["opened"]:
        return 'what "opened" says was never sealed, or can no longer be opened'
    return None


def link_hash(previous: str, hashed: str) -> str:
    return hashlib.sha256(bytes.fromhex(previous) + hashed.encode()).hexdigest()


def row_digest(row: dict) -> str:
    """The digest of everything that the file says in the row."""
    said = {name: value for name, value in row.items() if name != "digest"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# ---- AES-256-GCM (FIPS 197, NIST SP 800-38D), which Python's standard library lacks. It is slow
# ---- and not constant-time, which is fine for opening a few rows of yours with your own key.


def unseal(sealed: bytes, key: bytes, bound_to: bytes) -> "bytes | None":
    """What was sealed, or None if key, content or event is a different one. The nonce comes
    first."""
    nonce, text, tag = sealed[:12], sealed[12:-16], sealed[-16:]
    schedule = expand(key)
    multiplier = int.from_bytes(encrypt(bytes(16), schedule), "big")
    lengths = (8 * len(bound_to)).to_bytes(8, "big") + (8 * len(text)).to_bytes(8, "big")
    digest = 0
    for part in (*blocks(bound_to), *blocks(text), lengths):
        digest = multiply(digest ^ int.from_bytes(part.ljust(16, b"\0"), "big"), multiplier)
    mask = int.from_bytes(encrypt(nonce + (1).to_bytes(4, "big"), schedule), "big")
    if (digest ^ mask).to_bytes(16, "big") != tag:
        return None
    opened = bytearray()
    for counter, part in enumerate(blocks(text), start=2):
        stream = encrypt(nonce + counter.to_bytes(4, "big"), schedule)
        opened += bytes(a ^ b for a, b in zip(part, stream))
    return bytes(opened)


def blocks(text: bytes) -> list:
    return [text[start : start + 16] for start in range(0, len(text), 16)]


def multiply(a: int, b: int) -> int:
    """Multiply in the field of GCM, whose bits are in reverse order."""
    product = 0
    for bit in range(127, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (0xE1 << 120 if b & 1 else 0)
    return product


def double(byte: int) -> int:
    return (byte << 1 ^ (0x11B if byte & 0x80 else 0)) & 0xFF


def substitution() -> list:
    """The S-box: the inverse of each byte in the field of AES, with its bits mixed."""
    box, a, inverse = [0x63] * 256, 1, 1
    while True:
        a ^= double(a)  # times 3, which reaches every byte but 0
        for shift in (1, 2, 4):  # divided by 3
            inverse ^= inverse << shift & 0xFF
        inverse ^= 0x09 if inverse & 0x80 else 0
        mixed = inverse
        for turn in (1, 2, 3, 4):
            mixed ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
        box[a] = mixed ^ 0x63
        if a == 1:
            return box


SBOX = substitution()


def expand(key: bytes) -> list:
    """The 15 round keys of 16 bytes."""
    if len(key) != 32:
        raise ValueError("The key is not one of 256 bits.")
    words = [key[start : start + 4] for start in range(0, 32, 4)]
    constant = 1
    while len(words) < 60:
        word = words[-1]
        if len(words) % 8 == 0:
            word = bytes(SBOX[byte] for byte in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = double(constant)
        elif len(words) % 8 == 4:
            word = bytes(SBOX[byte] for byte in word)
        words.append(bytes(a ^ b for a, b in zip(words[-8], word)))
    return [b"".join(words[start : start + 4]) for start in range(0, 60, 4)]


def encrypt(block: bytes, schedule: list) -> bytes:
    state = bytes(a ^ b for a, b in zip(block, schedule[0]))
    for turn, round_key in enumerate(schedule[1:], start=1):
        shifted = [SBOX[state[(place + 4 * (place % 4)) % 16]] for place in range(16)]
        if turn < len(schedule) - 1:
            shifted = [byte for start in (0, 4, 8, 12) for byte in mix(shifted[start : start + 4])]
        state = bytes(a ^ b for a, b in zip(shifted, round_key))
    return state


def mix(column: list) -> list:
    whole = column[0] ^ column[1] ^ column[2] ^ column[3]
    after = column[1:] + column[:1]
    return [byte ^ whole ^ double(byte ^ beside) for byte, beside in zip(column, after)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
