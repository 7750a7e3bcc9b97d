"""The mail that a reviewer agrees to: shown first, and sent only as it was shown."""

import hashlib

from app.notifications.letters.letter import Letter


def fingerprint(letter: Letter) -> str:
    """What stands for the letter that a reviewer has seen: another letter has another one."""
    return hashlib.sha256(f"{letter.subject}\n{letter.text}".encode()).hexdigest()
