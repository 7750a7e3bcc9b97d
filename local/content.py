"""`make watch` and the content check: the site's content, without its database and servers."""

import secrets
import time
from pathlib import Path

from app.content.library import stamp_of
from local.commands import command_environment, finish, shell
from local.ports import HOST, Ports, answers, chosen_ports
from local.process import Process, ServerFailed
from local.run import say
from local.settings import content_folder, local_settings
from local.state import State

POLL = 0.5


def check_content() -> None:
    """Say that nothing is wrong. Otherwise raises ServerFailed, which says what is, and where."""
    say(check(content_environment(Ports())))


def watch_content(state: State) -> None:
    """Show the content as it is written, and say after each change what is wrong in it.

    Runs until KeyboardInterrupt.
    """
    with chosen_ports(Ports()) as ports:
        _watch(state, ports)


def _watch(state: State, ports: Ports) -> None:
    environ = content_environment(ports)
    folder = content_folder(environ)
    site = Process(
        "site",
        shell(f"flask run --host {HOST} --port {ports.web}"),
        log=state.log("watch"),
        environ=environ,
        ready=lambda: answers(ports.web),
    )
    seen = shown = 0
    try:
        while True:
            if (stamp := stamp_of(folder)) != seen:
                seen, data = stamp, stamp_of_data(folder)
                if tell_of_changes(site, environ, restarts=data != shown):
                    shown = data
            time.sleep(POLL)
    finally:
        site.stop()


def stamp_of_data(folder: Path) -> int:
    """A number that differs after each change that the site picks up only at its start: to the
    firm's data, or to the list of pages."""
    articles, pages = folder / "articles", folder / "pages"

    def is_data(path: Path) -> bool:
        return not path.is_relative_to(articles) and path.parent != pages

    return hash((stamp_of(folder, is_data), tuple(sorted(pages.glob("*.md")))))


def tell_of_changes(site: Process, environ: dict[str, str], *, restarts: bool) -> bool:
    """Say what the check finds; return whether the site shows it. The site starts as soon as
    nothing is wrong."""
    try:
        say(check(environ))
        if restarts:
            site.stop()
        if not site.is_running:
            site.start()
            say(f"Read it at {environ['BASE_URL']}/articles/ and reload after a change.")
    except ServerFailed as fault:
        say(str(fault))
        return False
    return True


def check(environ: dict[str, str]) -> str:
    return finish("flask content check", environ).strip()


def content_environment(ports: Ports) -> dict[str, str]:
    """The environment of a site that only shows content: it stores nothing and sends nothing."""
    settings = local_settings(
        ports,
        database_url=f"postgresql://{HOST}:1/none",
        redis_url=f"redis://{HOST}:1/0",
        secret_key=secrets.token_hex(32),
    )
    return {**command_environment(), **settings}
