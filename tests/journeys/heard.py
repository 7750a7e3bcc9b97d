"""A visitor who hears the page: what the browser tells a screen reader."""

import json

from playwright.sync_api import Page


def announces_changes_of(page: Page, selector: str) -> bool:
    """Whether the element is in the accessibility tree, as a region whose changes are announced."""
    tools = page.context.new_cdp_session(page)
    expression = f"document.querySelector({json.dumps(selector)})"
    element = tools.send("Runtime.evaluate", {"expression": expression})["result"]["objectId"]
    wanted = {"objectId": element, "fetchRelatives": False}
    node = tools.send("Accessibility.getPartialAXTree", wanted)["nodes"][0]
    tools.detach()
    told = {one["name"]: one["value"]["value"] for one in node.get("properties", [])}
    return not node["ignored"] and told.get("live") == "polite"
