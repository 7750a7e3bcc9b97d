"""Serving the stand-in over HTTP, on the loopback address and nowhere else."""

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

HOST = "127.0.0.1"


def standin_server(app: Flask, port: int) -> BaseWSGIServer:
    """A threaded server that is bound and not yet serving; port 0 takes a free one."""
    return make_server(HOST, port, app, threaded=True)
