"""Who may request what: the test fails if a route of the site is missing from this table."""

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

ANYBODY = {
    "api.asyncapi",
    "api.openapi",
    "api.schema",
    "application_form.begin",
    "application_form.question_styles",
    "application_form.review",
    "application_form.save",
    "application_form.start",
    "application_form.step",
    "application_form.submit",
    "assets.asset",
    "attachments.add",
    "attachments.index",
    "attachments.remove",
    "autosave.save",
    "comparer.compare",
    "content.article",
    "content.article_index",
    "content.engagement_index",
    "content.engagement_kind",
    "content.home",
    "content.page",
    "draft_deletion.ask",
    "draft_deletion.delete",
    "labs.act",
    "labs.consumers",
    "labs.end",
    "labs.event",
    "labs.extend",
    "labs.index",
    "labs.lab",
    "labs.state",
    "labs.turn",
    "lost_link.ask",
    "lost_link.send",
    "monitoring.healthz",
    "monitoring.metrics",
    "monitoring.readyz",
    "outlook.page",
    "own_data.checker",
    "pictures.article",
    "pictures.firm",
    "pictures.mark",
    "resume_link.ask",
    "resume_link.send",
    "resume_link.take",
    "starting_over.ask",
    "starting_over.start_over",
    "syndication.feed",
    "syndication.robots",
    "syndication.security_txt",
    "syndication.sitemap",
    "this_site.page",
    "this_site.part",
    "time_machine.moment",
    "time_machine.page",
}
WITH_THE_LINK = {
    "attachments.download",
    "content.preview",
    "own_data.ask_to_erase",
    "own_data.ask_to_withdraw",
    "own_data.erase",
    "own_data.export",
    "own_data.trail",
    "own_data.withdraw",
    "own_messages.new",
    "own_messages.reopen",
    "own_messages.write",
    "payments.deposit",
    "payments.pay",
    "portal.agree",
    "portal.agreement",
    "portal.progress",
    "portal.reopen",
    "portal.reply",
    "portal.status",
}
WITH_A_SIGNATURE = {"stripe_webhook.receive"}


def test_every_route_outside_the_staffs_pages_is_open_on_purpose(app: Flask) -> None:
    open_routes = {
        rule.endpoint for rule in app.url_map.iter_rules() if not rule.rule.startswith("/staff/")
    }
    assert open_routes == ANYBODY | WITH_THE_LINK | WITH_A_SIGNATURE


def test_a_link_that_was_never_issued_looks_like_a_page_that_does_not_exist(
    app: Flask, client: FlaskClient
) -> None:
    nothing = client.get("/applications/").text
    for rule in app.url_map.iter_rules():
        if rule.endpoint in WITH_THE_LINK and "GET" in (rule.methods or ()):
            answer = client.get(made_up(app, rule), follow_redirects=True)
            assert (answer.status_code, answer.text) == (404, nothing), rule.rule


def test_no_get_outside_the_staffs_pages_fails_for_a_stranger(
    app: Flask, client: FlaskClient
) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/staff/"):
            assert client.get(made_up(app, rule)).status_code < 500, rule.rule


def made_up(app: Flask, rule: Rule) -> str:
    """An address of the rule, with values that do not exist."""
    # Where only a few words are allowed, use one of them.
    values = {
        name: min(getattr(converter, "items", ["99"]))
        for name, converter in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values)
