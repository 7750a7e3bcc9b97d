"""Each setting is documented and reaches every process; each documented setting exists."""

import re
from pathlib import Path

import msgspec
import yaml

from config import Config
from local.commands import procfile

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COMPOSE = ROOT / "compose.yaml"
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]*) \|", re.MULTILINE)


def test_the_table_in_the_readme_names_every_setting_with_its_default() -> None:
    documented = {name: default.strip(" `") for name, default in ROW.findall(README.read_text())}
    declared = {
        field.name: "required" if field.required else str(field.default)
        for field in msgspec.structs.fields(Config)
    }
    declared["CONTENT_DIR"] = "content"
    assert documented == {name: default or "empty" for name, default in declared.items()}


def test_compose_hands_every_setting_on_but_for_those_that_it_provides() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    ours = [service for service in services.values() if "build" in service]
    assert {service["command"][0] for service in ours} == procfile().keys()
    for service in ours:
        assert service["env_file"] == ".env"
        given = service["environment"]
        fixed = {name for name, value in given.items() if f"${{{name}:" not in value}
        assert fixed == {"DATABASE_URL", "REDIS_URL", "PORT"}
        assert given.keys() - {"PORT"} <= set(Config.__struct_fields__)
