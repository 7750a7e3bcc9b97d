"""What a local run starts: stand-ins for servers, then the site's own processes."""

import signal
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from local.commands import procfile, shell
from local.leftovers import end_processes, processes_marked
from local.mailbox import mailbox
from local.ports import HOST, Ports, answers_ok
from local.postgres import Postgres, end_earlier_postgres
from local.process import Process
from local.redis import Redis, end_earlier_redis
from local.settings import STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET
from local.state import State


class Servers(NamedTuple):
    postgres: Postgres
    redis: Redis
    mailbox: Process
    stripe: Process


def servers(state: State, ports: Ports, environ: Mapping[str, str]) -> Servers:
    """The stand-ins for real servers, which depend on nothing."""
    return Servers(
        Postgres(state.postgres, ports.postgres, log=state.log("postgres")),
        Redis(state.redis, ports.redis, log=state.log("redis")),
        mailbox(ports, log=state.log("mailbox"), environ=environ),
        Process(
            "stripe",
            [
                *(sys.executable, "-m", "local.stripe_standin", "--port", str(ports.stripe)),
                *("--webhook-url", f"http://{HOST}:{ports.web}/webhooks/stripe"),
                *("--webhook-secret", STRIPE_WEBHOOK_SECRET),
                *("--secret-key", STRIPE_SECRET_KEY),
            ],
            log=state.log("stripe"),
            environ=environ,
            ready=lambda: answers_ok(f"http://{HOST}:{ports.stripe}/healthz"),
        ),
    )


def site_processes(
    state: State, ports: Ports, environ: Mapping[str, str], kind: type[Process] = Process
) -> list[Process]:
    """The processes of the Procfile, as they run on real servers; they need `servers`. None gets
    OWNER_DATABASE_URL. ``kind`` says how each is started."""
    commands = procfile()
    environ = {name: value for name, value in environ.items() if name != "OWNER_DATABASE_URL"}

    def process(name: str, ready: Callable[[], bool] = lambda: True) -> Process:
        return kind(
            name,
            shell(commands[name]),
            log=state.log(name),
            environ=environ,
            ready=ready,
            ready_within=60,
            grace=20,
        )

    return [
        *([process("intake")] if environ.get("EVENT_INTAKE") else []),
        process("relay"),
        process("worker"),
        process("scheduler"),
        process("labs"),
        process("web", ready=lambda: answers_ok(f"http://{HOST}:{ports.web}/readyz")),
    ]


def end_earlier_run(state: State, mark: str) -> None:
    """End what a killed run left running, so that its ports are free again."""
    end_processes(processes_marked(mark) if mark else [], signal.SIGTERM)
    end_earlier_redis(state.redis)
    end_earlier_postgres(state.postgres)
