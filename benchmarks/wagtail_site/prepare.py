"""Makes the form page the site's home: ``python -m benchmarks.wagtail_site.prepare TO FIELDS``.

FIELDS is JSON, with name, kind and choices of each. Each form is mailed to TO, unless that is "".
"""

import json
import sys

from benchmarks.wagtail_site.empty import make_home, model

TO, FIELDS = sys.argv[1], json.loads(sys.argv[2])

page = make_home(
    model("wagtail_site.EnquiryPage")(
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
