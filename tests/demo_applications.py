"""The demonstration's invented applications, for tests that need realistic answers. They are
shared, so a test that changes answers makes a copy."""

import tomllib
from typing import Any

from local.demo import APPLICATIONS as FILE

APPLICATIONS: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["applications"]
STRONG = APPLICATIONS[0]
