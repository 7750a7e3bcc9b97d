"""The Flask extensions, created once and bound to an app in create_app."""

import hashlib

from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

from app.platform.network import present_network

csrf = CSRFProtect()
limiter = Limiter(key_func=present_network, headers_enabled=False)
login_manager = LoginManager()
migrate = Migrate()


def counted_as(text: str) -> str:
    """The key under which a limit counts an address or a link: hashed, so that neither goes into
    Redis."""
    return hashlib.sha256(text.encode()).hexdigest()
