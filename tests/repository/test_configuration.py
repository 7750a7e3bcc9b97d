"""Each setting is documented and reaches every process; each documented setting exists."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from app.attachments.upload import MOST_BYTES
from app.attachments.views import ROOM_BESIDE_THE_FILE
from config import Config
from local.commands import procfile

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COMPOSE = ROOT / "compose.yaml"
OF_THE_DATABASE = ("DATABASE_URL", "OWNER_DATABASE_URL", "POSTGRES_PASSWORD")
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]*) \|", re.MULTILINE)


def test_the_table_in_the_readme_names_every_setting_with_its_default() -> None:
    documented = {name: default.strip(" `") for name, default in ROW.findall(README.read_text())}
    declared = {
        field.name: "required" if field.required else str(field.default)
        for field in msgspec.structs.fields(Config)
    }
    declared["CONTENT_DIR"] = "content"
    assert documented == {name: default or "empty" for name, default in declared.items()}


def processes() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml that run the site's image."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    return {
        name: service
        for name, service in services.items()
        if service["image"] == "consultancy-site"
    }


def test_compose_passes_on_every_setting_except_those_it_provides_itself() -> None:
    ours = processes().values()
    assert {service["command"][0] for service in ours} == procfile().keys()
    for service in ours:
        assert service["env_file"] == ".env"
        given = service["environment"]
        fixed = {name for name, value in given.items() if f"${{{name}:" not in value}
        assert fixed == {*OF_THE_DATABASE, "REDIS_URL", "PORT"}
        assert given.keys() - {"POSTGRES_PASSWORD", "PORT"} <= set(Config.__struct_fields__)


def test_in_compose_only_the_release_command_can_log_in_as_the_owner_of_the_tables() -> None:
    ours = {name: service["environment"] for name, service in processes().items()}
    assert [name for name, given in ours.items() if given["OWNER_DATABASE_URL"]] == ["migrate"]
    assert not any(given["POSTGRES_PASSWORD"] for given in ours.values())
    assert "serving:" in ours["migrate"]["DATABASE_URL"]


def test_compose_builds_the_image_once_before_any_of_its_processes_starts() -> None:
    """Docker's first build fails if two services export the same name at the same time."""
    ours = processes()
    assert [name for name, service in ours.items() if "build" in service] == ["migrate"]
    for name, service in ours.items():
        assert service["pull_policy"] == "never"
        assert name == "migrate" or "migrate" in service["depends_on"]


def test_in_compose_a_process_can_write_only_to_its_two_folders_and_gain_no_privileges() -> None:
    for service in processes().values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert [service["tmpfs"], *service["volumes"]] == ["/tmp", "uploads:/uploads"]  # noqa: S108


def test_the_proxy_does_not_log_requests() -> None:
    """The address may be a secret, or a search for a person."""
    proxy = (ROOT / "nginx.conf").read_text()
    assert "access_log off;" in proxy and "error_log /dev/stderr crit;" in proxy


def test_the_proxy_buffers_slow_requests_and_lets_every_permitted_upload_through() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    proxy = (ROOT / "nginx.conf").read_text()
    assert "proxy_request_buffering on;" in proxy
    most = re.search(r"client_max_body_size (\d+)m;", proxy)
    assert most and int(most[1]) * 1024**2 >= MOST_BYTES + ROOM_BESIDE_THE_FILE


def test_while_the_site_is_down_the_proxy_says_so_and_when_to_come_back() -> None:
    proxy = (ROOT / "nginx.conf").read_text()
    assert "error_page 502 504 =503 @away;" in proxy
    away = proxy.partition("location @away {")[2]
    assert "Retry-After" in away and "<p lang=en>" in away and "<p lang=de>" in away


def test_each_page_of_the_proxy_itself_fits_a_phone() -> None:
    proxy = (ROOT / "nginx.conf").read_text()
    assert "name=viewport content='width=device-width" in proxy.partition('set $head "')[2]
    assert proxy.count('"$head<title>') == proxy.count("<p lang=en>") == 2
