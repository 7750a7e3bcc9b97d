"""The settings of a site on one machine: every server at a loopback address."""

import os
from collections.abc import Mapping
from pathlib import Path

from config import ROOT
from local.ports import HOST, Ports

STRIPE_SECRET_KEY = "sk_test_local"
STRIPE_WEBHOOK_SECRET = "whsec_local"


def local_settings(
    ports: Ports, *, database_url: str, owner_url: str = "", redis_url: str, secret_key: str
) -> dict[str, str]:
    """The variables of config.py. STAFF_MAIL is taken from the environment if it is there."""
    return {
        "ENVIRONMENT": "development",
        "SECRET_KEY": secret_key,
        "BASE_URL": f"http://{HOST}:{ports.web}",
        "EXTRA_HOSTS": "localhost",
        "DATABASE_URL": database_url,
        "OWNER_DATABASE_URL": owner_url,
        "REDIS_URL": redis_url,
        "SMTP_URL": f"smtp://{HOST}:{ports.smtp}",
        "STAFF_MAIL": os.environ.get("STAFF_MAIL") or "staff@champlin.example",
        # The demo, and people who try the site, fill in forms quickly, and many from one address.
        "HOLD_BELOW_SECONDS": "0",
        "HOLD_ABOVE_PER_ADDRESS": "0",
        "HOLD_ABOVE_PER_EMAIL": "0",
        "STRIPE_API_BASE": f"http://{HOST}:{ports.stripe}",
        "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
    }


def content_folder(environ: Mapping[str, str | None]) -> Path:
    """The folder with the firm's data that a site with this environment uses."""
    return ROOT / (environ.get("CONTENT_DIR") or "content")
