"""The entry point for a WSGI server, ``wsgi:app``, and for the ``flask`` command."""

from app.start import start_app

app = start_app()
