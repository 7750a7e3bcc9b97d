"""What a step of the form costs: its page, and an autosave.

It is compared, in turns on the same servers, with a bare Flask view that returns the same bytes
without any work, and with a Wagtail form page with as many fields, which stores what it receives
and sends no mail. Pages are requested as a browser does, so the site compresses its own.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from app.applications.questions.file import load_questionnaire
from benchmarks.bare_view import bare_view
from benchmarks.load import fetch
from benchmarks.sample import ANSWERS
from benchmarks.site import measured_site
from benchmarks.turns import Load, print_loads, ratio, take_turns, turn_options
from benchmarks.wagtail_form import FormField, install_wagtail, wagtail_form
from config import ROOT
from local.postgres import temporary_postgres
from local.redis import temporary_redis

# The step with the most questions.
STEP = max(
    load_questionnaire(ROOT / "content/questions.toml").steps, key=lambda one: len(one.questions)
)
CHANGED = {q.key: ANSWERS[q.key] for q in STEP.questions if q.key in ANSWERS} | {"services": "1"}
BY_WAGTAIL = {
    "text": "singleline",
    "long_text": "multiline",
    "email": "email",
    "url": "url",
    "choice": "radio",
    "choices": "checkboxes",
}
FIELDS = tuple(
    FormField(q.key, CHANGED.get(q.key, ""), BY_WAGTAIL[q.kind], tuple(o.value for o in q.options))
    for q in STEP.questions
)
OURS, BARE, WAGTAIL = "the site", "a bare view, same bytes", "a Wagtail form page"


def main() -> None:
    options = turn_options("python -m benchmarks.form").parse_args()
    with ExitStack() as stack:
        postgres = stack.enter_context(temporary_postgres(fast=False))
        redis = stack.enter_context(temporary_redis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        site = stack.enter_context(measured_site(postgres, redis, "web"))
        settings = site.site.settings
        page = folder / "page"
        request = site.step_request(STEP.key)
        page.write_bytes(fetch(site.port, request)[1])
        bare = stack.enter_context(bare_view({**settings, "BARE_PAGE": str(page)}, folder))
        programs = install_wagtail(folder / "wagtail")
        wagtail_settings = {**settings, "DATABASE_URL": postgres.create_database("wagtail")}
        wagtail = stack.enter_context(
            wagtail_form(programs, wagtail_settings, folder / "wagtail.log", FIELDS, mails=False)
        )
        clients, body = options.connections, urlencode(CHANGED, doseq=True)
        compare(
            f"GET /apply/{STEP.key}",
            {
                OURS: lambda count: site.get_step(request, count, clients),
                BARE: lambda count: bare.get_page(count, clients),
                WAGTAIL: lambda count: wagtail.get_page(count, clients),
            },
            options,
        )
        compare(
            f"POST /apply/{STEP.key}/autosave",
            {
                OURS: lambda count: site.autosave(STEP.key, CHANGED, count, clients),
                BARE: lambda count: bare.autosave(body, count, clients),
                WAGTAIL: lambda count: wagtail.submit(count, clients),
            },
            options,
        )


def compare(
    what: str, contestants: dict[str, Callable[[int], Load]], options: argparse.Namespace
) -> None:
    loads = take_turns(contestants, options.rounds, options.requests)
    print(f"{what}\n")
    print_loads(loads, BARE)
    print(f"{OURS} is {ratio(loads, OURS, WAGTAIL):.1f} times {WAGTAIL}.\n", flush=True)


if __name__ == "__main__":
    main()
