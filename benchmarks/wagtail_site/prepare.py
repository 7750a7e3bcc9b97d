"""Makes the form page the site's home: ``python -m benchmarks.wagtail_site.prepare TO FIELDS``.

FIELDS is JSON, with name, kind and choices of each. TO gets a mail of each form; "" stops that.
"""

import json
import os
import sys

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

TO, FIELDS = sys.argv[1], json.loads(sys.argv[2])

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.wagtail_site.settings"
django.setup()
# The tables are made from the models at once: there are no older ones to migrate.
settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
call_command("migrate", run_syncdb=True, verbosity=0)

model = apps.get_model
model("wagtailcore.Locale").objects.create(language_code="en")
root = model("wagtailcore.Page").add_root(title="Root", slug="root")
page = root.add_child(
    instance=model("wagtail_site.EnquiryPage")(
        title="Apply",
        slug="apply",
        from_address="hello@champlin.example",
        to_address=TO,
        subject="An application",
    )
)
fields = model("wagtail_site.EnquiryField").objects
for name, kind, choices in FIELDS:
    fields.create(
        page=page, label=name, clean_name=name, field_type=kind, choices="\n".join(choices)
    )
model("wagtailcore.Site").objects.create(hostname="*", root_page=page, is_default_site=True)
