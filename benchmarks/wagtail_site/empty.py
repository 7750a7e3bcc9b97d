"""Creates the tables of a site without pages."""

import os
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.wagtail_site.settings"
django.setup()
# Create the tables directly from the models; there are no older ones to migrate.
settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, verbosity=0)

model = apps.get_model
model("wagtailcore.Locale").objects.create(language_code="en")
root = model("wagtailcore.Page").add_root(title="Root", slug="root")


def make_home(page: Any) -> Any:
    """Make that page the site's home."""
    home = root.add_child(instance=page)
    model("wagtailcore.Site").objects.create(hostname="*", root_page=home, is_default_site=True)
    return home
