"""The web server: ``python -m app.serve`` and Granian's options.

The site is loaded once, before the workers are forked, so that a fault in a setting or in the
content ends the server with one sentence; workers that loaded it themselves would be restarted
again and again. An address that the server can't listen on also gets one sentence, where Granian
prints seventy lines.
"""

import re
import sys

from granian.cli import cli

import wsgi  # noqa: F401 - loading it is what counts

OF_THE_SYSTEM = re.compile(r"(.+) \(os error \d+\)")

if __name__ == "__main__":
    try:
        cli(auto_envvar_prefix="GRANIAN")
    except RuntimeError as error:
        if not (refused := OF_THE_SYSTEM.match(str(error))):
            raise
        sys.exit(f"Error: The server can't listen where WEB_HOST and PORT say: {refused[1]}.")
