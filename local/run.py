"""`make run`: the whole site on one machine, from an empty folder to a page that answers."""

import re
import secrets
import signal
from contextlib import suppress

from config import Config, load_config
from local.commands import command_environment, finish, procfile
from local.leftovers import MARK, end_processes, processes_marked
from local.ports import HOST, Ports, chosen_ports
from local.postgres import SERVING
from local.programs import end_earlier_run, servers, site_processes
from local.settings import local_settings
from local.state import State
from local.summary import summarise
from local.supervisor import Supervisor

DATABASE = "site"
SETTINGS = Config.__struct_fields__
# How long an earlier run that is just stopping may need, in seconds.
PATIENCE = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_LOGIN = re.compile(r"^\S+@\S+ (\S+)$", re.MULTILINE)


def run(state: State) -> None:
    """Start everything and keep it running; always stop what was started.

    Raises KeyboardInterrupt when a signal tells it to stop, Unusable if it can't have the folder,
    ServerFailed if something does not start.
    """
    _stop_on_signals()
    with state.held(PATIENCE, say) as earlier_mark:
        end_earlier_run(state, earlier_mark)
        mark = secrets.token_hex(16)
        state.note_holder(mark)
        state.rotate_logs()
        supervisor = Supervisor(say)
        try:
            with chosen_ports(Ports()) as ports:
                _start_everything(state, supervisor, mark, ports)
            supervisor.watch()
        finally:
            say("\nStopping.")
            # A second Ctrl-C would leave things running.
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
            end_processes(processes_marked(mark), signal.SIGTERM)


def say(line: str) -> None:
    # The reader of the output may be gone; the run goes on, or stops in order.
    with suppress(OSError):
        print(line, flush=True)


def _start_everything(state: State, supervisor: Supervisor, mark: str, ports: Ports) -> None:
    environ = {
        **command_environment(),
        MARK: mark,
        "VAR_DIR": str(state.directory),
        "WEB_HOST": HOST,
        "PORT": str(ports.web),
    }
    say("Starting Postgres, Redis, a mailbox and a stand-in for Stripe.")
    stand_ins = servers(state, ports, environ)
    supervisor.start(*stand_ins)

    settings = local_settings(
        ports,
        owner_url=stand_ins.postgres.create_database(DATABASE),
        database_url=stand_ins.postgres.url_of(DATABASE, SERVING),
        redis_url=stand_ins.redis.url,
        secret_key=state.secret_key(),
    )
    environ.update(settings)
    state.write_settings({name: environ[name] for name in SETTINGS if name in environ})

    say("Applying migrations.")
    finish(procfile()["release"], environ)

    say("Starting the site.")
    supervisor.start(*site_processes(state, ports, environ))
    # Last of all, because it is said only once: stopping the start before this must not lose it.
    made = FIRST_LOGIN.search(finish("flask staff first-login", environ))
    email = load_config(environ).staff_recipients[0]
    say(summarise(ports, state, email, first_password=made[1] if made else None))


def _stop_on_signals() -> None:
    for number in STOP_SIGNALS:
        # Under nohup SIGHUP is ignored, and has to stay so.
        if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:
            signal.signal(number, signal.default_int_handler)
