"""``python -m app.serve`` and Granian's options: the web server, with the site loaded before its
workers are forked.

It is loaded once for all of them, and what is wrong with a setting or the content ends the server
with its sentence: workers that load the site themselves would be started again and again. So does
an address that the server can't have, around which Granian puts seventy lines.
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
