"""Each setting is documented, and each documented setting exists."""

import re
from pathlib import Path

import msgspec

from config import Config

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]*) \|", re.MULTILINE)


def test_the_table_in_the_readme_names_every_setting_with_its_default() -> None:
    documented = {name: default.strip(" `") for name, default in ROW.findall(README.read_text())}
    declared = {
        field.name: "required" if field.required else str(field.default)
        for field in msgspec.structs.fields(Config)
    }
    declared["CONTENT_DIR"] = "content"
    assert documented == {name: default or "empty" for name, default in declared.items()}
