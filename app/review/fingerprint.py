"""Makes sure that a reviewer's mail is sent exactly as they saw it in the preview."""

import hashlib

from app.notifications.letters.letter import Letter


def fingerprint(letter: Letter) -> str:
    """A hash of the letter that the reviewer was shown; any change to the letter changes it."""
    return hashlib.sha256(f"{letter.subject}\n{letter.text}".encode()).hexdigest()
