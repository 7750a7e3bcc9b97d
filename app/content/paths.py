"""The paths of all public pages, which the sitemap lists and texts may link to."""

from werkzeug.routing import MapAdapter

from app.applications.questions.questionnaire import STEP_KEYS
from app.content.texts.pages import Pages
from app.firm.offers import KINDS
from app.labs.scenarios import SCENARIOS


def paths_in_every_language(rules: MapAdapter, pages: Pages) -> list[str]:
    """Only a firm that wants them has the labs and the comparer."""
    open_pages = {rule.endpoint for rule in rules.map.iter_rules()}
    endpoints = (
        "content.home",
        "content.article_index",
        "content.engagement_index",
        "comparer.compare",
        "labs.index",
        "this_site.page",
    )
    return [
        *(rules.build(endpoint) for endpoint in endpoints if endpoint in open_pages),
        *(rules.build("content.engagement_kind", {"kind": kind}) for kind in KINDS),
        *(
            rules.build("labs.lab", {"lab": scenario.slug})
            for scenario in SCENARIOS
            if "labs.lab" in open_pages
        ),
        *(page.path for page in pages.pages if pages.is_in_every_language(page.slug)),
    ]


def paths_of_one_address(rules: MapAdapter, pages: Pages) -> list[str]:
    """The paths of pages with a single address. The form is one: it follows its reader's
    language."""
    return [
        rules.build("application_form.start"),
        *(page.path for page in pages.pages if not pages.is_in_every_language(page.slug)),
    ]


def paths_to_link_to(rules: MapAdapter, pages: Pages) -> frozenset[str]:
    """The paths that texts may link to: the public pages, and the form's steps, which the sitemap
    leaves out."""
    steps = (rules.build("application_form.step", {"key": key}) for key in STEP_KEYS)
    return frozenset(
        (*paths_in_every_language(rules, pages), *paths_of_one_address(rules, pages), *steps)
    )
