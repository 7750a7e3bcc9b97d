"""The site's web server, with its options, for other measured applications."""

from collections.abc import Mapping
from pathlib import Path

from local.commands import procfile, shell
from local.ports import answers
from local.process import Process

# Loads the site before it forks its workers, so it can't serve anything else.
OF_THE_SITE = "python -m app.serve"


def web_server(
    name: str, application: str, port: int, environ: Mapping[str, str], log: Path
) -> Process:
    """Granian with the Procfile's options, from the PATH in ``environ``, for another WSGI
    ``application``."""
    command = procfile()["web"]
    assert command.startswith(OF_THE_SITE), command
    return Process(
        name,
        shell(command.replace(OF_THE_SITE, "granian").replace("wsgi:app", application)),
        log=log,
        environ={**environ, "PORT": str(port)},
        ready=lambda: answers(port),
    )
