// axe on whatever looks as nothing did that has passed. What a contrast depends on makes a look. One
// look comes on every page, and to compare colours takes axe longest. In one go, or a page that is
// alive would take away what was chosen.
async ([passed, options]) => {
  const FIELDS = "textarea, select, input:not([type=radio], [type=checkbox])";
  const known = new Set(passed), grounds = new Map();
  const hasText = element => [...element.childNodes].some(node => node.data?.trim());
  const isRead = element => {
    const {width, height, bottom} = element.getBoundingClientRect();
    const isThere = width > 1 && height > 1 && bottom > 0 && element.checkVisibility();
    return isThere && !element.closest("svg") && (hasText(element) || element.matches(FIELDS));
  };

  const groundOf = element => {
    if (!element) return "";
    if (!grounds.has(element)) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      const own = [backgroundColor, backgroundImage, opacity].join(" ");
      const isClear = own === "rgba(0, 0, 0, 0) none 1";
      grounds.set(element, groundOf(element.parentElement) + (isClear ? "" : `/${own}`));
    }
    return grounds.get(element);
  };

  const lookOf = element => {
    const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(element);
    const around = element.parentElement;
    const text = hasText(around) && getComputedStyle(around).color;
    const own = [element.localName, color, fontSize, fontWeight, textDecorationLine];
    return [...own, "in", text, "on", groundOf(element)].join(" ");
  };

  let found = 0;
  for (const element of document.body.querySelectorAll("*")) {
    const isNew = isRead(element) && !known.has(lookOf(element));
    element.toggleAttribute("data-new-look", isNew);
    found += isNew;
  }

  if (!found) return [{violations: []}, []];
  const told = {resultTypes: ["violations", "passes"], elementRef: true};
  const {violations, passes} = await axe.run("[data-new-look]", {...options, ...told});
  const nodes = passes.flatMap(rule => rule.nodes);
  return [{violations}, nodes.map(node => lookOf(node.element))];
}
