"""The web server: ``python -m app.serve`` and Granian's options.

The site is loaded once, before the workers are forked, so that a fault in a setting or in the
content ends the server with one sentence; workers that loaded it themselves would be restarted
again and again. An address that the server can't listen on also gets one sentence, where Granian
prints seventy lines. And a worker hears from its first moment that it has to stop.
"""

import os
import re
import signal
import sys

from granian.cli import cli

import wsgi  # noqa: F401 - loading it is what counts

OF_THE_SYSTEM = re.compile(r"(.+) \(os error \d+\)")
STOP = (signal.SIGINT, signal.SIGTERM)


def stop_workers_that_do_not_serve_yet() -> None:
    """Let a signal end a worker until Granian's own handler for it is in place.

    A worker is forked with the handlers of its server, which only note the signal in the worker's
    memory: it would be killed when the time to stop is over.
    """
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, STOP),
        after_in_parent=_hear,
        after_in_child=_end_at_a_signal,
    )


def _end_at_a_signal() -> None:
    for number in STOP:
        signal.signal(number, signal.SIG_DFL)
    _hear()


def _hear() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)


if __name__ == "__main__":
    stop_workers_that_do_not_serve_yet()
    try:
        cli(auto_envvar_prefix="GRANIAN")
    except RuntimeError as error:
        if not (refused := OF_THE_SYSTEM.match(str(error))):
            raise
        sys.exit(f"Error: The server can't listen where WEB_HOST and PORT say: {refused[1]}.")
