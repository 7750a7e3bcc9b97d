"""The demonstration's invented applications, for whoever needs real answers. Tests share them: one
that wants others makes a copy."""

import tomllib
from typing import Any

from local.demo import APPLICATIONS as FILE

APPLICATIONS: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["applications"]
STRONG = APPLICATIONS[0]
