"""What a WSGI server loads: ``wsgi:app``. The ``flask`` command finds it here too."""

from app.start import start_app

app = start_app()
