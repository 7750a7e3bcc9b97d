"""Whom to tell of a weakness (content/security.txt), as RFC 9116 has it; a firm may have none."""

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from app.platform.data_files import DataFileError, read_text

EXPIRES: Final = re.compile(r"(?mi)^Expires:\s*(\S+)\s*$")
CONTACT: Final = re.compile(r"(?mi)^Contact:\s*(?:https://|mailto:|tel:)\S+")


def load_security_txt(folder: Path) -> str:
    """Read and check it; "" if there is none. Raises DataFileError."""
    path = folder / "security.txt"
    if not path.exists():
        return ""
    text = read_text(path)
    if not CONTACT.search(text):
        raise DataFileError(path, "It needs a line like 'Contact: mailto:security@firm.example'.")
    if expiry_of(text) is None:
        raise DataFileError(path, "It needs one line like 'Expires: 2027-06-30T00:00:00Z'.")
    return text


def expiry_of(text: str) -> datetime | None:
    """When it expires; None unless it says so once."""
    said = EXPIRES.findall(text)
    try:
        expiry = datetime.fromisoformat(said[0])
    except (IndexError, ValueError):
        return None
    return expiry if len(said) == 1 and expiry.tzinfo else None
