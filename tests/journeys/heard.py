"""A visitor who hears the page: what the browser tells a screen reader."""

import json

from playwright.sync_api import Page

# A live region that is swapped in announces nothing, and the focus survives only on an element
# whose id is in the new part too. What a visitor presses is not itself swapped.
LOST = """() => {
  const ANNOUNCED = "[aria-live], [role=status], [role=alert], [role=log], output";
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary";

  const swappedBy = asker => {
    const how = asker.getAttribute("hx-swap") ?? "innerHTML";
    if (how === "beforeend") return [];
    const target = document.querySelector(asker.getAttribute("hx-target")) ?? asker;
    const besides = document.querySelectorAll(asker.getAttribute("hx-select-oob") ?? "none");
    return [...(how === "outerHTML" ? [target] : target.children), ...besides];
  };

  return [...document.querySelectorAll("[hx-get], [hx-post]")].flatMap(asker => {
    const parts = swappedBy(asker).flatMap(part => [part, ...part.querySelectorAll("*")]);
    const isByItself = asker.getAttribute("hx-trigger").startsWith("every");
    const takesFocus = part => isByItself && part.matches(FOCUSABLE) && !part.id;
    return parts
      .filter(part => part.matches(ANNOUNCED) || takesFocus(part))
      .map(part => part.outerHTML.slice(0, 120));
  });
}"""


def lost_in_swaps(page: Page) -> list[str]:
    """What is lost when a part of the page is swapped: live regions inside it and, if the part
    polls, elements that may have the focus."""
    found: list[str] = page.evaluate(LOST)
    return found


def announces_changes_of(page: Page, selector: str) -> bool:
    """Whether the element is in the accessibility tree as a live region."""
    tools = page.context.new_cdp_session(page)
    expression = f"document.querySelector({json.dumps(selector)})"
    element = tools.send("Runtime.evaluate", {"expression": expression})["result"]["objectId"]
    wanted = {"objectId": element, "fetchRelatives": False}
    node = tools.send("Accessibility.getPartialAXTree", wanted)["nodes"][0]
    tools.detach()
    told = {one["name"]: one["value"]["value"] for one in node.get("properties", [])}
    return not node["ignored"] and told.get("live") == "polite"
