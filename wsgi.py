"""What a WSGI server loads: ``wsgi:app``. The ``flask`` command finds it here too."""

import sys

from app import create_app
from config import ConfigurationError

try:
    app = create_app()
except ConfigurationError as error:
    # A server would put some forty lines around it.
    sys.exit(f"Error: {error.message}")
