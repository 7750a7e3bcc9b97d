"""`python -m local run` starts the whole site here; `watch` shows its content as it is written;
`content-check` and `migrations-check` look at content and migrations."""

import signal

# Until something runs that has to be stopped in order, Ctrl-C ends this without a word.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import os
import sys

from config import ConfigurationError
from local.content import check_content, watch_content
from local.launch import die_with
from local.migrations_check import check_migrations
from local.process import ServerFailed
from local.run import run
from local.state import State, Unusable


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="start the site and keep it running")
    run_parser.add_argument(
        "--with-parent", action="store_true", help="stop when the program that started it dies"
    )
    commands.add_parser("watch", help="show the content as it is written")
    commands.add_parser("content-check", help="say what is wrong in the content, and where")
    commands.add_parser("migrations-check", help="compare the migrations with the models")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        start(options)
    except KeyboardInterrupt:
        return 0
    except (Unusable, ServerFailed, ConfigurationError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def start(options: argparse.Namespace) -> None:
    match options.command:
        case "migrations-check":
            check_migrations()
            print("The migrations match the models.")
        case "content-check":
            check_content()
        case "watch":
            watch_content(State())
        case _:
            if options.with_parent:
                die_with(os.getppid(), signal.SIGTERM)
            run(State())


if __name__ == "__main__":
    sys.exit(main())
