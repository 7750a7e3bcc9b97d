"""What a WSGI server loads: ``wsgi:app``. The ``flask`` command finds it here too."""

from app import create_app

app = create_app()
