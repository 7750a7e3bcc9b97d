"""``python -m app.serve`` and Granian's options: the web server, with the site loaded before its
workers are forked.

It is loaded once for all of them, and what is wrong with a setting or the content ends the server
with its sentence: workers that load the site themselves would be started again and again.
"""

from granian.cli import cli

import wsgi  # noqa: F401 - loading it is what counts

if __name__ == "__main__":
    cli(auto_envvar_prefix="GRANIAN")
