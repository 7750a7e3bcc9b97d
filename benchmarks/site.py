"""The measured site: the Procfile's processes with production settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from app import create_app
from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import original_questionnaire
from benchmarks.drafts import cookie_and_token, prepare_autosaves, prepare_submits, store_drafts
from benchmarks.load import drive, page_get
from benchmarks.turns import Load
from config import Config, load_config
from local.postgres import Postgres
from local.redis import Redis
from tests.site import BRISK, Site, prepared_site

KEPT = "SELECT count(*) FROM drafts WHERE step_saves ? %s"
# Undoes what the tests speed up or switch off. Each visitor has their own address, as behind a
# proxy.
SCREENING = [field for field in Config.__struct_fields__ if field.startswith("HOLD_")]
AS_SHIPPED = {
    **dict.fromkeys((*BRISK, *SCREENING), ""),
    "ENVIRONMENT": "production",
    "LOG_LEVEL": "info",
    "TRUSTED_PROXIES": "1",
}


class MeasuredSite:
    """The site, and prospects who press "send"."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.port = int(site.settings["PORT"])
        self._app = create_app(load_config({**site.settings, "LOG_LEVEL": "warning"}))
        self._sent = 0

    def requests(self, count: int) -> list[bytes]:
        """``count`` POSTs, each of which submits another draft."""
        self._sent += count
        return prepare_submits(self._app, self.port, count)

    def drafts(self, count: int) -> list[str]:
        """The ids of ``count`` finished drafts, for the caller to submit."""
        self._sent += count
        return store_drafts(self._app, count)

    @property
    def questions_version(self) -> str:
        with self._app.app_context():
            return original_questionnaire().version

    def submit(self, count: int, connections: int, pause: float = 0.0) -> Load:
        """Submit ``count`` applications, and check that each is stored with its event."""
        requests = self.requests(count)
        load = drive(self.port, requests, connections=connections, expected=303, pause=pause)
        stored = self.site.value(
            "SELECT count(*) FROM applications a"
            " JOIN events e ON e.stream = 'application-' || a.id AND e.version = 1"
            " WHERE a.status <> 'held'"
        )
        assert stored == self._sent, f"{self._sent} were sent and {stored} stored."
        return load

    def step_request(self, key: str) -> bytes:
        """The GET of a step, from a browser that has filled it in."""
        [draft_id] = store_drafts(self._app, 1)
        cookie, _ = cookie_and_token(self._app, draft_id)
        return page_get(f"/apply/{key}", self.port, cookie)

    def get_step(self, request: bytes, count: int, connections: int) -> Load:
        return drive(self.port, [request] * count, connections=connections, expected=200)

    def autosave(self, key: str, answers: Answers, count: int, connections: int) -> Load:
        """Autosave a step in ``count`` drafts, and check that each is stored."""
        before = self.site.value(KEPT, key)
        requests = prepare_autosaves(self._app, self.port, count, key, answers)
        load = drive(self.port, requests, connections=connections, expected=200)
        kept = self.site.value(KEPT, key) - before
        assert kept == count, f"{count} were sent and {kept} kept."
        return load


@contextmanager
def measured_site(postgres: Postgres, redis: Redis, *processes: str) -> Iterator[MeasuredSite]:
    """The site as shipped, with these of its processes running."""
    labs = "labs" in processes
    with prepared_site(postgres, redis, AS_SHIPPED, labs=labs, texts=True) as site:
        measured = MeasuredSite(site)
        site.start(*processes)
        yield measured
