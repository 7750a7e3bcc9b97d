"""Makes the index of articles the site's home: ``… prepare_articles FILE``.

FILE is JSON, with slug, title, summary, published and body of each article.
"""

import json
import sys
from pathlib import Path

from benchmarks.wagtail_site.empty import make_home, model

home = make_home(model("wagtail_site.ArticleIndexPage")(title="Articles", slug="articles"))
for article in json.loads(Path(sys.argv[1]).read_text()):
    home.add_child(instance=model("wagtail_site.ArticlePage")(**article))
